-- Each sensor that has events, with its sessions.
-- Parameters: since_us, until_us: borders of UTC days; sensor: a name. NULL sets no bound.
-- Columns: sensor, sessions, events.
WITH seen AS (
    SELECT sensor_id, sum(events) AS events
    FROM rollup_event
    WHERE day >= coalesce(:since_us / 86400000000, -1000000)
        AND day < coalesce(:until_us / 86400000000, 4000000)
    GROUP BY sensor_id
),
begun AS (
    SELECT sensor_id, sum(sessions) AS sessions
    FROM rollup_session
    WHERE day >= coalesce(:since_us / 86400000000, -1000000)
        AND day < coalesce(:until_us / 86400000000, 4000000)
    GROUP BY sensor_id
)
SELECT n.name AS sensor, coalesce(b.sessions, 0) AS sessions, e.events
FROM seen AS e
JOIN sensor AS n ON n.sensor_id = e.sensor_id
LEFT JOIN begun AS b ON b.sensor_id = e.sensor_id
WHERE e.events > 0 AND (:sensor IS NULL OR n.name = :sensor)
ORDER BY sessions DESC, sensor;
