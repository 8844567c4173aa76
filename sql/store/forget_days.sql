-- Removes the way to a session that was joined to another: the rows of the days that it touched.
DELETE FROM session_day
WHERE (day, sensor_id, session_id, session_key) IN (
    WITH RECURSIVE touched (day, last) AS (
        SELECT (started_us - (started_us % 86400000000 + 86400000000) % 86400000000) / 86400000000,
            (started_us + span_us - ((started_us + span_us) % 86400000000 + 86400000000) % 86400000000) / 86400000000
        FROM session WHERE session_key = :goes
        UNION ALL
        SELECT day + 1, last FROM touched WHERE day < last
    )
    SELECT touched.day, s.sensor_id, s.session_id, s.session_key
    FROM touched JOIN session AS s ON s.session_key = :goes
)
