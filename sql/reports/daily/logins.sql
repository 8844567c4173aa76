-- The different user names and passwords of login tries, and those that were tried most often.
-- Only values that are seen as often as the last of the list have their texts read.
-- parameters:
--   top integer = 10: rows of each list
-- columns:
--   what text: unique_usernames, unique_passwords, top_usernames, top_passwords, top_combinations
--   value text
--   count count
WITH
tries AS MATERIALIZED (
    SELECT a, b, a_key, b_key, seen
    FROM value_totals(1, 2, :first_day, :end_day, :sensor_id, 1)
),
usernames AS MATERIALIZED (
    SELECT min(a) AS a, sum(seen) AS seen FROM tries WHERE a <> 0 GROUP BY a_key
),
passwords AS MATERIALIZED (
    SELECT min(b) AS b, sum(seen) AS seen FROM tries WHERE b <> 0 GROUP BY b_key
),
pairs AS MATERIALIZED (
    SELECT a, b, seen FROM tries WHERE a <> 0 AND b <> 0
)
SELECT 'unique_usernames' AS what, NULL AS value, count(*) AS count FROM usernames
UNION ALL
SELECT 'unique_passwords', NULL, count(*) FROM passwords
UNION ALL
SELECT * FROM (
    SELECT 'top_usernames', t.value, u.seen
    FROM usernames AS u
    JOIN text AS t ON t.text_id = u.a
    WHERE u.seen >= coalesce((SELECT seen FROM usernames ORDER BY seen DESC LIMIT 1 OFFSET :top - 1), 0)
    ORDER BY u.seen DESC, t.value
    LIMIT :top
)
UNION ALL
SELECT * FROM (
    SELECT 'top_passwords', t.value, p.seen
    FROM passwords AS p
    JOIN text AS t ON t.text_id = p.b
    WHERE p.seen >= coalesce((SELECT seen FROM passwords ORDER BY seen DESC LIMIT 1 OFFSET :top - 1), 0)
    ORDER BY p.seen DESC, t.value
    LIMIT :top
)
UNION ALL
SELECT * FROM (
    SELECT 'top_combinations', u.value || ':' || p.value, c.seen
    FROM pairs AS c
    JOIN text AS u ON u.text_id = c.a
    JOIN text AS p ON p.text_id = c.b
    WHERE c.seen >= coalesce((SELECT seen FROM pairs ORDER BY seen DESC LIMIT 1 OFFSET :top - 1), 0)
    ORDER BY c.seen DESC, u.value, p.value
    LIMIT :top
);
