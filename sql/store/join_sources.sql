-- Two sessions became one: all sources of both are of the key that stays, in this table. forget_sources
-- removes those of the other; the row of the session is written without a source.
INSERT INTO session_source (session_key, source_id, first_record, last_record, events)
SELECT :stays, source_id, first_record, last_record, events
FROM session_origin AS o
WHERE o.session_key = :goes OR (o.session_key = :stays AND NOT EXISTS (
    SELECT 1 FROM session_source AS s WHERE s.session_key = o.session_key AND s.source_id = o.source_id
))
ON CONFLICT (session_key, source_id) DO UPDATE SET
    first_record = min(first_record, excluded.first_record),
    last_record = max(last_record, excluded.last_record),
    events = events + excluded.events
