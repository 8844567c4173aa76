-- How many commands were typed, how many different ones, and those that were typed most often.
-- parameters:
--   top integer = 10: rows of each list
-- columns:
--   what text: total, unique, top_commands
--   value text
--   count count
WITH
typed AS MATERIALIZED (
    SELECT turn, stated, a, seen FROM value_totals(3, 3, :first_day, :end_day, :sensor_id, 0, :top)
),
days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
)
SELECT 'total' AS what, NULL AS value, coalesce(sum(v.seen), 0) AS count
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 3
WHERE :sensor_id IS NULL OR v.sensor_id = :sensor_id
UNION ALL
SELECT 'unique', NULL, coalesce(sum(stated), 0) FROM (SELECT DISTINCT turn, stated FROM typed)
UNION ALL
SELECT * FROM (
    SELECT 'top_commands', t.value, c.seen
    FROM typed AS c
    JOIN text AS t ON t.text_id = c.a
    ORDER BY c.seen DESC, t.value
    LIMIT :top
);
