-- Each command with the days of the period on which it was typed, the most frequent first.
-- title: Commands
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
--   contains text = NULL: only commands that hold this text, as it is
-- columns:
--   command text
--   seen count bar as times
--   first_day day
--   last_day day
--   days count
SELECT t.value AS command, v.seen, v.first_day, v.last_day, v.days
FROM value_totals(3, 3, :first_day, :end_day, :sensor_id, 0, iif(:contains IS NULL, :limit, NULL)) AS v
JOIN text AS t ON t.text_id = v.a
WHERE :contains IS NULL OR instr(t.value, :contains) > 0
ORDER BY v.seen DESC, command
LIMIT :limit;
