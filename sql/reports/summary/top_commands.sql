-- The commands that were typed most often.
-- title: Top commands
-- parameters:
--   top integer = 10: rows of each list
-- columns:
--   command text
--   count count bar as times
SELECT t.value AS command, v.seen AS count
FROM value_totals(3, 3, :first_day, :end_day, :sensor_id, 0, :top) AS v
JOIN text AS t ON t.text_id = v.a
ORDER BY count DESC, command
LIMIT :top;
