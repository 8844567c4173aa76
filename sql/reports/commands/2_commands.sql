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
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
)
SELECT
    t.value AS command,
    sum(v.seen) AS seen,
    min(v.day) AS first_day,
    max(v.day) AS last_day,
    count(DISTINCT v.day) AS days
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 3
JOIN text AS t ON t.text_id = v.a
WHERE v.seen > 0
    AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
    AND (:contains IS NULL OR instr(t.value, :contains) > 0)
GROUP BY t.value
ORDER BY seen DESC, command
LIMIT :limit;
