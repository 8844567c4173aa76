-- The artifacts of two periods or two sensors, the one whose number changed most first.
-- Texts are read of those that can be printed, and of the two hashes of nothing, which are left out.
-- title: Artifacts
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- given:
--   before_first_day integer = 0: first UTC day of the other side
--   before_end_day integer = 0: first one after it
--   before_sensor_id integer = NULL: its sensor; NULL: all
-- columns:
--   shasum text
--   before count
--   after count
--   change count
--   status text whole
WITH side AS (
    SELECT kind, b, b_key, seen AS before, 0 AS after
    FROM value_totals(6, 8, :before_first_day, :before_end_day, :before_sensor_id)
    UNION ALL
    SELECT kind, b, b_key, 0 AS before, seen AS after
    FROM value_totals(6, 8, :first_day, :end_day, :sensor_id)
),
summed AS MATERIALIZED (
    SELECT
        min(b) AS text_id,
        sum(before) AS before,
        sum(after) AS after,
        abs(sum(after) - sum(before)) AS size
    FROM side
    WHERE kind <> 7 AND b <> 0
    GROUP BY b_key
)
SELECT
    t.value AS shasum,
    s.before,
    s.after,
    s.after - s.before AS change,
    CASE
        WHEN s.before = s.after THEN 'same'
        WHEN s.before = 0 THEN 'new'
        WHEN s.after = 0 THEN 'gone'
        ELSE 'changed'
    END AS status
FROM summed AS s
JOIN text AS t ON t.text_id = s.text_id
WHERE s.size >= (SELECT min(size) FROM (SELECT size FROM summed ORDER BY size DESC LIMIT min(:limit, 1000000000) + 2))
    AND t.value NOT IN (
        'da39a3ee5e6b4b0d3255bfef95601890afd80709',
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    )
ORDER BY s.size DESC, shasum
LIMIT :limit;
