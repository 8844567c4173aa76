-- How many of the sessions that began ran how many commands.
-- columns:
--   commands count
--   seen count
WITH days AS (
    SELECT DISTINCT day FROM rollup_session
    WHERE day >= :first_day
        AND day < :end_day
)
SELECT v.a AS commands, sum(v.seen) AS seen
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 104
WHERE :sensor_id IS NULL OR v.sensor_id = :sensor_id
GROUP BY v.a
HAVING sum(v.seen) > 0
ORDER BY seen, commands;
