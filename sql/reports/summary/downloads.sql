-- The artifacts that were brought most often, by downloads and uploads, with the place that most of their downloads name.
-- Artifacts without content are left out: see empty_artifacts.
-- The days come first, so that only their rows of the wanted kind are read. A text may have two ids, so the
-- sums by id are added up by value.
-- title: Artifacts
-- parameters:
--   top integer = 10: rows of each list
-- columns:
--   shasum text whole
--   url text
--   count count as times
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
),
by_id AS (
    SELECT v.kind, v.a, v.b, sum(v.seen) AS seen
    FROM days AS d
    CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (6, 8)
    WHERE :sensor_id IS NULL OR v.sensor_id = :sensor_id
    GROUP BY v.kind, v.a, v.b
    HAVING sum(v.seen) > 0
),
by_value AS (
    SELECT h.value AS shasum, CASE WHEN i.kind = 6 THEN u.value END AS url, sum(i.seen) AS seen
    FROM by_id AS i
    LEFT JOIN text AS h ON h.text_id = i.b
    LEFT JOIN text AS u ON u.text_id = i.a
    WHERE coalesce(h.value, '') NOT IN (
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
