-- How many files were brought, how many different ones, and those that were brought most often.
-- The SHA-1 and the SHA-256 of no content are no files.
-- parameters:
--   top integer = 10: rows of each list
-- columns:
--   what text: downloads_total, uploads_total, unique_hashes, top_hashes
--   value text
--   count count
WITH
brought AS MATERIALIZED (
    SELECT kind, b, b_key, seen
    FROM value_totals(6, 8, :first_day, :end_day, :sensor_id)
    WHERE kind IN (6, 8)
),
hashes AS MATERIALIZED (
    SELECT t.value, sum(i.seen) AS seen
    FROM brought AS i
    JOIN text AS t ON t.text_id = i.b
    WHERE t.value NOT IN (
            'da39a3ee5e6b4b0d3255bfef95601890afd80709',
            'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
        )
    GROUP BY t.value
)
SELECT 'downloads_total' AS what, NULL AS value, coalesce(sum(seen), 0) AS count FROM brought WHERE kind = 6
UNION ALL
SELECT 'uploads_total', NULL, coalesce(sum(seen), 0) FROM brought WHERE kind = 8
UNION ALL
SELECT 'unique_hashes', NULL, count(*) FROM hashes
UNION ALL
SELECT * FROM (
    SELECT 'top_hashes', value, seen FROM hashes ORDER BY seen DESC, value LIMIT :top
);
