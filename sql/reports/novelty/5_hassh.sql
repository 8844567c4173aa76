-- The HASSH of the period that are on no day before it, the most frequent first.
-- What was first seen in the period was seen in it only, so one look at all days up to its end tells everything.
-- title: HASSH
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   hassh text whole
--   seen count bar as sessions
--   first_day day
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day < :end_day
)
SELECT
    t.value AS hassh,
    sum(v.seen) AS seen,
    min(v.day) AS first_day
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 103
JOIN text AS t ON t.text_id = v.a
WHERE v.seen > 0
    AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
GROUP BY t.value
HAVING min(v.day) >= :first_day
ORDER BY seen DESC, hassh
LIMIT :limit;
