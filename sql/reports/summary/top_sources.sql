-- The addresses that began the most sessions.
-- Parameters: since_us, until_us: borders of UTC days; sensor: a name. NULL sets no bound.
--             top: how many rows.
-- Columns: src_ip, sessions.
SELECT t.value AS src_ip, v.seen AS sessions
FROM value_totals(
    101, 101,
    coalesce(:since_us / 86400000000, -1000000), coalesce(:until_us / 86400000000, 4000000),
    CASE WHEN :sensor IS NOT NULL THEN coalesce((SELECT sensor_id FROM sensor WHERE name = :sensor), -1) END, 0, :top
) AS v
JOIN text AS t ON t.text_id = v.a
ORDER BY sessions DESC, src_ip
LIMIT :top;
