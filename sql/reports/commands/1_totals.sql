-- The commands that attackers typed.
-- A text may have two ids, so commands are told apart by value.
-- title: Commands typed
-- shape: figures
-- parameters:
--   contains text = NULL: only commands that hold this text, as it is
-- columns:
--   commands count
--   unique_commands count as different
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
)
SELECT coalesce(sum(v.seen), 0) AS commands, count(DISTINCT t.value) AS unique_commands
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 3
LEFT JOIN text AS t ON t.text_id = v.a
WHERE v.seen > 0
    AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
    AND (:contains IS NULL OR instr(t.value, :contains) > 0);
