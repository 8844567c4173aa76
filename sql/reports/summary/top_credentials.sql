-- The credentials that were tried most often.
-- Parameters: since_us, until_us: borders of UTC days; sensor: a name. NULL sets no bound.
--             top: how many rows.
-- Columns: username, password, failed, succeeded; NULL where the event states none.
SELECT u.value AS username, p.value AS password, v.seen_low AS failed, v.seen - v.seen_low AS succeeded
FROM value_totals(
    1, 2,
    coalesce(:since_us / 86400000000, -1000000), coalesce(:until_us / 86400000000, 4000000),
    CASE WHEN :sensor IS NOT NULL THEN coalesce((SELECT sensor_id FROM sensor WHERE name = :sensor), -1) END, 1, :top
) AS v
LEFT JOIN text AS u ON u.text_id = v.a
LEFT JOIN text AS p ON p.text_id = v.b
ORDER BY v.seen DESC, username, password
LIMIT :top;
