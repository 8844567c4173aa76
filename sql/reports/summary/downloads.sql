-- The artifacts that were brought most often, by downloads and uploads, with the place that most of their downloads name.
-- Artifacts without content are left out: see empty_artifacts.
-- title: Artifacts
-- parameters:
--   top integer = 10: rows of each list
-- columns:
--   shasum text whole
--   url text
--   count count as times
WITH by_value AS (
    SELECT h.value AS shasum, CASE WHEN v.kind = 6 THEN u.value END AS url, sum(v.seen) AS seen
    FROM value_totals(6, 8, :first_day, :end_day, :sensor_id) AS v
    LEFT JOIN text AS h ON h.text_id = v.b
    LEFT JOIN text AS u ON u.text_id = v.a
    WHERE v.kind IN (6, 8) AND coalesce(h.value, '') NOT IN (
        'da39a3ee5e6b4b0d3255bfef95601890afd80709',
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    )
    GROUP BY 1, 2
),
ranked AS (
    SELECT
        shasum,
        url,
        sum(seen) OVER (PARTITION BY shasum) AS count,
        row_number() OVER (PARTITION BY shasum ORDER BY url IS NULL, seen DESC, url) AS place
    FROM by_value
)
SELECT shasum, url, count
FROM ranked
WHERE place = 1
ORDER BY count DESC, shasum
LIMIT :top;
