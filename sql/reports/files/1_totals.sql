-- The artifacts that attackers brought, by download and by upload.
-- What has no content is brought, but no artifact.
-- title: Transfers
-- shape: figures
-- columns:
--   downloads count
--   uploads count
--   unique_hashes count as different artifacts
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
)
SELECT
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 6), 0) AS downloads,
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 8), 0) AS uploads,
    count(DISTINCT h.value) FILTER (WHERE h.value NOT IN (
        'da39a3ee5e6b4b0d3255bfef95601890afd80709',
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    )) AS unique_hashes
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (6, 8)
LEFT JOIN text AS h ON h.text_id = v.b
WHERE v.seen > 0 AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id);
