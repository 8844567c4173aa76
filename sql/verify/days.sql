-- Days that a session touches and is not found by, and the other way round.
-- Columns: place, what, stated, found: the days. One of them is NULL.
WITH RECURSIVE
span (session_key, sensor_id, session_id, day, last_day) AS (
    SELECT
        session_key,
        sensor_id,
        session_id,
        (started_us - (started_us % 86400000000 + 86400000000) % 86400000000) / 86400000000,
        (started_us + span_us - ((started_us + span_us) % 86400000000 + 86400000000) % 86400000000) / 86400000000
    FROM session
),
touched (session_key, sensor_id, session_id, day, last_day) AS (
    SELECT session_key, sensor_id, session_id, day, last_day FROM span
    UNION ALL
    SELECT session_key, sensor_id, session_id, day + 1, last_day FROM touched WHERE day < last_day
)
SELECT 'session #' || t.session_key AS place, 'day' AS what, NULL AS stated, t.day AS found
FROM touched AS t
LEFT JOIN session_day AS d
    ON d.day = t.day AND d.sensor_id = t.sensor_id AND d.session_id = t.session_id AND d.session_key = t.session_key
WHERE d.day IS NULL
UNION ALL
SELECT 'session #' || d.session_key, 'day', d.day, NULL
FROM session_day AS d
LEFT JOIN session AS s ON s.session_key = d.session_key
WHERE s.session_key IS NULL OR s.sensor_id <> d.sensor_id OR s.session_id <> d.session_id
    OR (d.day + 1) * 86400000000 <= s.started_us OR d.day * 86400000000 > s.started_us + s.span_us;
