-- Each sensor that has events, with its sessions.
-- title: Sensors
-- half: yes
-- columns:
--   sensor text
--   sessions count
--   events count
WITH seen AS (
    SELECT sensor_id, sum(events) AS events
    FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
    GROUP BY sensor_id
),
begun AS (
    SELECT sensor_id, sum(sessions) AS sessions
    FROM rollup_session
    WHERE day >= :first_day
        AND day < :end_day
    GROUP BY sensor_id
)
SELECT n.name AS sensor, coalesce(b.sessions, 0) AS sessions, e.events
FROM seen AS e
JOIN sensor AS n ON n.sensor_id = e.sensor_id
LEFT JOIN begun AS b ON b.sensor_id = e.sensor_id
WHERE e.events > 0 AND (:sensor IS NULL OR n.name = :sensor)
ORDER BY sessions DESC, sensor;
