-- How many commands were typed, how many different ones, and those that were typed most often.
-- parameters:
--   top integer = 10: rows of each list
-- columns:
--   what text: total, unique, top_commands
--   value text
--   count count
WITH typed AS MATERIALIZED (
    SELECT a, seen FROM value_totals(3, 3, :first_day, :end_day, :sensor_id)
)
SELECT 'total' AS what, NULL AS value, coalesce(sum(seen), 0) AS count FROM typed
UNION ALL
SELECT 'unique', NULL, count(*) FROM typed WHERE a <> 0
UNION ALL
SELECT * FROM (
    SELECT 'top_commands', t.value, c.seen
    FROM typed AS c
    JOIN text AS t ON t.text_id = c.a
    WHERE c.seen >= coalesce((SELECT seen FROM typed WHERE a <> 0 ORDER BY seen DESC LIMIT 1 OFFSET :top - 1), 0)
    ORDER BY c.seen DESC, t.value
    LIMIT :top
);
