-- The client versions of the most sessions.
-- Parameters: since_us, until_us: borders of UTC days; sensor: a name. NULL sets no bound.
--             top: how many rows.
-- Columns: client_version, sessions.
SELECT t.value AS client_version, v.seen AS sessions
FROM value_totals(
    102, 102,
    coalesce(:since_us / 86400000000, -1000000), coalesce(:until_us / 86400000000, 4000000),
    CASE WHEN :sensor IS NOT NULL THEN coalesce((SELECT sensor_id FROM sensor WHERE name = :sensor), -1) END, 0, :top
) AS v
JOIN text AS t ON t.text_id = v.a
ORDER BY sessions DESC, client_version
LIMIT :top;
