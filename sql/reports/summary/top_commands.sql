-- The commands that were typed most often.
-- Parameters: since_us, until_us: borders of UTC days; sensor: a name. NULL sets no bound.
--             top: how many rows.
-- Columns: command, count.
SELECT t.value AS command, v.seen AS count
FROM value_totals(
    3, 3,
    coalesce(:since_us / 86400000000, -1000000), coalesce(:until_us / 86400000000, 4000000),
    CASE WHEN :sensor IS NOT NULL THEN coalesce((SELECT sensor_id FROM sensor WHERE name = :sensor), -1) END, 0, :top
) AS v
JOIN text AS t ON t.text_id = v.a
ORDER BY count DESC, command
LIMIT :top;
