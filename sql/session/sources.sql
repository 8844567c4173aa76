-- The sources that a session came from, in the order in which they were first read.
-- Parameters: session_key.
-- Columns: source_id, path, first_record, last_record, events, compression, state, sensor.
SELECT s.source_id, s.path, o.first_record, o.last_record, o.events, s.compression, s.state, s.sensor
FROM session_origin AS o
JOIN source AS s ON s.source_id = o.source_id
WHERE o.session_key = :session_key
ORDER BY s.source_id;
