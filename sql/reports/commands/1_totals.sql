-- The commands that attackers typed.
-- Of all, the most frequent one is enough: it is told with how many there are.
-- title: Commands typed
-- shape: figures
-- parameters:
--   contains text = NULL: only commands that hold this text, as it is
-- columns:
--   commands count
--   unique_commands count as different
WITH
days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
),
every AS (
    SELECT
        (
            SELECT coalesce(sum(v.seen), 0)
            FROM days AS d
            CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 3
            WHERE :sensor_id IS NULL OR v.sensor_id = :sensor_id
        ) AS commands,
        (
            SELECT coalesce(sum(stated), 0)
            FROM (SELECT DISTINCT turn, stated FROM value_totals(3, 3, :first_day, :end_day, :sensor_id, 0, 1))
        ) AS unique_commands
    WHERE :contains IS NULL
),
holding AS (
    SELECT coalesce(sum(v.seen), 0) AS commands, count(*) AS unique_commands
    FROM value_totals(3, 3, :first_day, :end_day, :sensor_id) AS v
    JOIN text AS t ON t.text_id = v.a
    WHERE :contains IS NOT NULL AND instr(t.value, :contains) > 0
    HAVING :contains IS NOT NULL
)
SELECT commands, unique_commands FROM every
UNION ALL
SELECT commands, unique_commands FROM holding;
