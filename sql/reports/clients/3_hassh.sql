-- Each HASSH by the sessions that began in the period, the one of the most first.
-- title: HASSH
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   hassh text whole
--   sessions count bar
--   first_day day
--   last_day day
--   days count
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
)
SELECT
    t.value AS hassh,
    sum(v.seen) AS sessions,
    min(v.day) AS first_day,
    max(v.day) AS last_day,
    count(DISTINCT v.day) AS days
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 103
JOIN text AS t ON t.text_id = v.a
WHERE v.seen > 0 AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
GROUP BY t.value
ORDER BY sessions DESC, hassh
LIMIT :limit;
