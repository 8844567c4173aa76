-- How many downloads and uploads brought nothing: their hash is the SHA-1 or the SHA-256 of no content.
-- title: Without content
-- shape: figures
-- columns:
--   downloads count as downloads without content
--   uploads count as uploads without content
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
)
SELECT
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 6), 0) AS downloads,
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 8), 0) AS uploads
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (6, 8)
JOIN text AS h ON h.text_id = v.b
WHERE h.value IN (
        'da39a3ee5e6b4b0d3255bfef95601890afd80709',
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    )
    AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id);
