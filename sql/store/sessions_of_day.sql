-- Who was there on a UTC day: sensor_id, session_id.
SELECT sensor_id, session_id FROM session_day WHERE day = :day
