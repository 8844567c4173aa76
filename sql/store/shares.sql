-- Adds records of sources to sessions.
INSERT INTO session_source (session_key, source_id, first_record, last_record, events)
SELECT session_key, source_id, first_record, last_record, events FROM folded_share WHERE true
ON CONFLICT (session_key, source_id) DO UPDATE SET
    first_record = min(first_record, excluded.first_record),
    last_record = max(last_record, excluded.last_record),
    events = events + excluded.events
