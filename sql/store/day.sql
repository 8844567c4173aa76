-- Makes a session findable on a day that it touches.
INSERT INTO session_day (day, sensor_id, session_id, session_key)
VALUES (:day, :sensor_id, :session_id, :session_key)
ON CONFLICT DO NOTHING
