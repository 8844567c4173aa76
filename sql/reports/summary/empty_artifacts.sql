-- How many downloads and uploads brought nothing: their hash is the SHA-1 or the SHA-256 of no content.
-- Parameters: since_us, until_us: borders of UTC days; sensor: a name. NULL sets no bound.
-- Columns: downloads, uploads.
SELECT
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 6), 0) AS downloads,
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 8), 0) AS uploads
FROM value_totals(
    6, 8,
    coalesce(:since_us / 86400000000, -1000000), coalesce(:until_us / 86400000000, 4000000),
    CASE WHEN :sensor IS NOT NULL THEN coalesce((SELECT sensor_id FROM sensor WHERE name = :sensor), -1) END
) AS v
JOIN text AS h ON h.text_id = v.b
WHERE h.value IN (
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
);
