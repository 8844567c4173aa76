-- The pairs of user name and password that were tried most often, then the user names, then the passwords.
-- All three are of one counting. Texts are read of those that can be printed.
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   way count: 0 pairs, 1 user names, 2 passwords
--   username text
--   password text
--   failed count
--   succeeded count
--   others count: with how many different ones of the other kind
--   first_day day
--   last_day day
--   days count
--   different count: how many there are of this kind with all their texts stated
WITH
found AS MATERIALIZED (
    SELECT way, turn, stated, a, b, seen, seen_low, others, first_day, last_day, days
    FROM value_totals(1, 2, :first_day, :end_day, :sensor_id, 1, :limit, 3)
),
counted AS MATERIALIZED (
    SELECT way, sum(stated) AS different FROM (SELECT DISTINCT way, turn, stated FROM found) GROUP BY way
),
named AS (
    SELECT
        f.way, u.value AS username, p.value AS password, f.seen, f.seen_low AS failed, f.seen - f.seen_low AS succeeded,
        f.others, f.first_day, f.last_day, f.days, c.different
    FROM found AS f
    JOIN counted AS c ON c.way = f.way
    LEFT JOIN text AS u ON u.text_id = f.a
    LEFT JOIN text AS p ON p.text_id = f.b
),
ranked AS (
    SELECT *, row_number() OVER (PARTITION BY way ORDER BY seen DESC, username, password) AS place
    FROM named
    WHERE way = 0 OR username IS NOT NULL OR password IS NOT NULL
)
SELECT way, username, password, failed, succeeded, others, first_day, last_day, days, different
FROM ranked
WHERE place <= :limit
ORDER BY way, place;
