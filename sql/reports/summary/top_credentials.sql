-- The credentials that were tried most often.
-- title: Top credentials
-- half: yes
-- parameters:
--   top integer = 10: rows of each list
-- columns:
--   username text: NULL where the event states none
--   password text: NULL where the event states none
--   failed count
--   succeeded count
SELECT u.value AS username, p.value AS password, v.seen_low AS failed, v.seen - v.seen_low AS succeeded
FROM value_totals(1, 2, :first_day, :end_day, :sensor_id, 1, :top) AS v
LEFT JOIN text AS u ON u.text_id = v.a
LEFT JOIN text AS p ON p.text_id = v.b
ORDER BY v.seen DESC, username, password
LIMIT :top;
