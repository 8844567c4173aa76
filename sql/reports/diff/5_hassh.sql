-- The HASSH of two periods or two sensors, the one whose number changed most first.
-- Texts are read of those that can be printed.
-- title: HASSH
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- given:
--   before_first_day integer = 0: first UTC day of the other side
--   before_end_day integer = 0: first one after it
--   before_sensor_id integer = NULL: its sensor; NULL: all
-- columns:
--   hassh text whole as HASSH
--   before count
--   after count
--   change count
--   status text whole
WITH side AS (
    SELECT a, a_key, seen AS before, 0 AS after
    FROM value_totals(103, 103, :before_first_day, :before_end_day, :before_sensor_id)
    UNION ALL
    SELECT a, a_key, 0 AS before, seen AS after
    FROM value_totals(103, 103, :first_day, :end_day, :sensor_id)
),
summed AS MATERIALIZED (
    SELECT
        min(a) AS text_id,
        sum(before) AS before,
        sum(after) AS after,
        abs(sum(after) - sum(before)) AS size
    FROM side
    WHERE a <> 0
    GROUP BY a_key
)
SELECT
    t.value AS hassh,
    s.before,
    s.after,
    s.after - s.before AS change,
    CASE
        WHEN s.before = s.after THEN 'same'
        WHEN s.before = 0 THEN 'new'
        WHEN s.after = 0 THEN 'gone'
        ELSE 'changed'
    END AS status
FROM summed AS s
JOIN text AS t ON t.text_id = s.text_id
WHERE s.size >= (SELECT min(size) FROM (SELECT size FROM summed ORDER BY size DESC LIMIT :limit))
ORDER BY s.size DESC, hassh
LIMIT :limit;
