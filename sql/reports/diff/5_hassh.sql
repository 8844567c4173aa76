-- The HASSH of two periods or two sensors, the one whose number changed most first.
-- title: HASSH
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- bound: before_first_day, before_end_day, before_sensor_id
-- columns:
--   hassh text whole
--   before count
--   after count
--   change count
--   status text whole
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE (day >= :first_day AND day < :end_day) OR (day >= :before_first_day AND day < :before_end_day)
),
side AS (
    SELECT
        t.value AS hassh,
        coalesce(sum(v.seen) FILTER (
            WHERE v.day >= :before_first_day
                AND v.day < :before_end_day
                AND (:before_sensor_id IS NULL OR v.sensor_id = :before_sensor_id)
        ), 0) AS before,
        coalesce(sum(v.seen) FILTER (
            WHERE v.day >= :first_day
                AND v.day < :end_day
                AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
        ), 0) AS after
    FROM days AS d
    CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 103
    JOIN text AS t ON t.text_id = v.a
    GROUP BY t.value
)
SELECT
    hassh,
    before,
    after,
    after - before AS change,
    CASE WHEN before = after THEN 'same' WHEN before = 0 THEN 'new' WHEN after = 0 THEN 'gone' ELSE 'changed' END AS status
FROM side
WHERE before > 0 OR after > 0
ORDER BY abs(after - before) DESC, hassh
LIMIT :limit;
