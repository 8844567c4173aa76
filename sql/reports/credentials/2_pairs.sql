-- Each pair of user name and password, the one that was tried most often first.
-- title: Pairs
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   username text as user name: NULL where the event states none
--   password text: NULL where the event states none
--   failed count
--   succeeded count
--   first_day day
--   last_day day
--   days count
SELECT
    u.value AS username,
    p.value AS password,
    v.seen_low AS failed,
    v.seen - v.seen_low AS succeeded,
    v.first_day,
    v.last_day,
    v.days
FROM value_totals(1, 2, :first_day, :end_day, :sensor_id, 1, :limit) AS v
LEFT JOIN text AS u ON u.text_id = v.a
LEFT JOIN text AS p ON p.text_id = v.b
ORDER BY v.seen DESC, username, password
LIMIT :limit;
