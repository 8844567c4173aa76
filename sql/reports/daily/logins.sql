-- The different user names and passwords of login tries, and those that were tried most often.
-- All are of one counting, which tells those that can be in the lists; only their texts are read.
-- parameters:
--   top integer = 10: rows of each list
-- columns:
--   what text: unique_usernames, unique_passwords, top_usernames, top_passwords, top_combinations
--   value text
--   count count
WITH tries AS MATERIALIZED (
    SELECT way, turn, stated, a, b, seen FROM value_totals(1, 2, :first_day, :end_day, :sensor_id, 1, :top, 3)
),
counted AS (
    SELECT DISTINCT way, turn, stated FROM tries
)
SELECT 'unique_usernames' AS what, NULL AS value, coalesce(sum(stated), 0) AS count FROM counted WHERE way = 1
UNION ALL
SELECT 'unique_passwords', NULL, coalesce(sum(stated), 0) FROM counted WHERE way = 2
UNION ALL
SELECT * FROM (
    SELECT 'top_usernames', u.value, t.seen
    FROM tries AS t
    JOIN text AS u ON u.text_id = t.a
    WHERE t.way = 1
    ORDER BY t.seen DESC, u.value
    LIMIT :top
)
UNION ALL
SELECT * FROM (
    SELECT 'top_passwords', p.value, t.seen
    FROM tries AS t
    JOIN text AS p ON p.text_id = t.b
    WHERE t.way = 2
    ORDER BY t.seen DESC, p.value
    LIMIT :top
)
UNION ALL
SELECT * FROM (
    SELECT 'top_combinations', u.value || ':' || p.value, t.seen
    FROM tries AS t
    JOIN text AS u ON u.text_id = t.a
    JOIN text AS p ON p.text_id = t.b
    WHERE t.way = 0
    ORDER BY t.seen DESC, u.value, p.value
    LIMIT :top
);
