-- The sessions of an id that touch a day: session_key.
SELECT session_key FROM session_day WHERE day = :day AND sensor_id = :sensor_id AND session_id = :session_id
