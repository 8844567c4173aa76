-- Adds records of sources to sessions that tell another source, or none, in their own row.
INSERT INTO session_source (session_key, source_id, first_record, last_record, events)
SELECT new.session_key, new.source_id, new.first_record, new.last_record, new.events
FROM folded_share AS new
WHERE NOT EXISTS (SELECT 1 FROM session AS s WHERE s.session_key = new.session_key AND s.source_id = new.source_id)
ON CONFLICT (session_key, source_id) DO UPDATE SET
    first_record = min(first_record, excluded.first_record),
    last_record = max(last_record, excluded.last_record),
    events = events + excluded.events
