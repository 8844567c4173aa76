-- How many downloads and uploads brought nothing: their hash is the SHA-1 or the SHA-256 of no content.
-- title: Artifacts without content
-- shape: figures
-- columns:
--   downloads count
--   uploads count
SELECT
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 6), 0) AS downloads,
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 8), 0) AS uploads
FROM value_totals(6, 8, :first_day, :end_day, :sensor_id) AS v
JOIN text AS h ON h.text_id = v.b
WHERE h.value IN (
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
);
