-- Makes sessions findable on days that they touch.
INSERT INTO session_day (day, sensor_id, session_id, session_key)
SELECT day, sensor_id, session_id, session_key FROM folded_day WHERE true
ON CONFLICT DO NOTHING
