-- The sessions of an id, on all sensors or on one.
-- Parameters: session_id; sensor: a name, NULL for all.
-- Columns: session_key.
-- Ids have no index of their own, so that writing stays local: there is one by day, sensor and id. This steps from day to day and
-- from sensor to sensor, a lookup each, so the cost follows the number of days, not of sessions.
WITH RECURSIVE
touched (day) AS (
    SELECT min(day) FROM session_day
    UNION ALL
    SELECT (SELECT min(d.day) FROM session_day AS d WHERE d.day > touched.day)
    FROM touched
    WHERE touched.day IS NOT NULL
),
pair (day, sensor_id) AS (
    SELECT t.day, (SELECT min(d.sensor_id) FROM session_day AS d WHERE d.day = t.day)
    FROM touched AS t
    UNION ALL
    SELECT
        pair.day,
        (SELECT min(d.sensor_id) FROM session_day AS d WHERE d.day = pair.day AND d.sensor_id > pair.sensor_id)
    FROM pair
    WHERE pair.sensor_id IS NOT NULL
)
SELECT DISTINCT d.session_key
FROM pair
CROSS JOIN session_day AS d ON d.day = pair.day AND d.sensor_id = pair.sensor_id AND d.session_id = :session_id
JOIN sensor AS n ON n.sensor_id = d.sensor_id
WHERE :sensor IS NULL OR n.name = :sensor;
