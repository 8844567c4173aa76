-- Each artifact, the one that was brought most often first, with the URL that most of its downloads name.
-- title: Artifacts
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   shasum text: NULL where the event states none
--   downloads count as downl.
--   uploads count as upl.
--   url text: NULL where no download states one
--   urls count: how many different ones
--   first_day day
--   last_day day
--   days count
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
),
brought AS MATERIALIZED (
    SELECT v.day, v.kind, v.a, v.b, v.seen
    FROM days AS d
    CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (6, 8)
    WHERE v.seen > 0 AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
),
-- Many values share few texts, which are read once.
named AS MATERIALIZED (
    SELECT i.text_id, t.value
    FROM (SELECT a AS text_id FROM brought WHERE kind = 6 UNION SELECT b FROM brought) AS i
    CROSS JOIN text AS t ON t.text_id = i.text_id
),
by_day AS MATERIALIZED (
    SELECT g.day, g.kind, h.value AS shasum, CASE WHEN g.kind = 6 THEN u.value END AS url, g.seen
    FROM brought AS g
    LEFT JOIN named AS h ON h.text_id = g.b
    LEFT JOIN named AS u ON u.text_id = g.a
    WHERE coalesce(h.value, '') NOT IN (
        'da39a3ee5e6b4b0d3255bfef95601890afd80709',
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    )
),
most AS MATERIALIZED (
    SELECT
        shasum,
        sum(seen) FILTER (WHERE kind = 6) AS downloads,
        sum(seen) FILTER (WHERE kind = 8) AS uploads,
        count(DISTINCT url) AS urls,
        min(day) AS first_day,
        max(day) AS last_day,
        count(DISTINCT day) AS days
    FROM by_day
    GROUP BY shasum
    ORDER BY sum(seen) DESC, shasum
    LIMIT :limit
),
ranked AS (
    SELECT b.shasum, b.url, row_number() OVER (PARTITION BY b.shasum ORDER BY sum(b.seen) DESC, b.url) AS place
    FROM most AS m
    JOIN by_day AS b ON b.shasum IS m.shasum
    WHERE b.url IS NOT NULL
    GROUP BY b.shasum, b.url
)
SELECT
    m.shasum,
    coalesce(m.downloads, 0) AS downloads,
    coalesce(m.uploads, 0) AS uploads,
    r.url,
    m.urls,
    m.first_day,
    m.last_day,
    m.days
FROM most AS m
LEFT JOIN ranked AS r ON r.shasum IS m.shasum AND r.place = 1
ORDER BY coalesce(m.downloads, 0) + coalesce(m.uploads, 0) DESC, m.shasum;
