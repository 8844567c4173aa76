-- The commands that attackers typed.
-- title: Commands typed
-- shape: figures
-- parameters:
--   contains text = NULL: only commands that hold this text, as it is
-- columns:
--   commands count
--   unique_commands count as different
SELECT coalesce(sum(v.seen), 0) AS commands, count(*) FILTER (WHERE v.a <> 0) AS unique_commands
FROM value_totals(3, 3, :first_day, :end_day, :sensor_id) AS v
LEFT JOIN text AS t ON t.text_id = v.a AND :contains IS NOT NULL
WHERE :contains IS NULL OR instr(t.value, :contains) > 0;
