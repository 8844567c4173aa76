-- The artifacts of the period that are on no day before it, the most frequent first.
-- What was first seen in the period was seen in it only, so one look at all days up to its end tells everything.
-- title: Artifacts
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   shasum text whole
--   seen count bar as times
--   first_day day
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day < :end_day
)
SELECT
    t.value AS shasum,
    sum(v.seen) AS seen,
    min(v.day) AS first_day
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (6, 8)
JOIN text AS t ON t.text_id = v.b
WHERE v.seen > 0
    AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
    AND t.value NOT IN (
        'da39a3ee5e6b4b0d3255bfef95601890afd80709',
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    )
GROUP BY t.value
HAVING min(v.day) >= :first_day
ORDER BY seen DESC, shasum
LIMIT :limit;
