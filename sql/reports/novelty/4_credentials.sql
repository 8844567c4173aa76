-- The pairs of user name and password of the period that are on no day before it, the most frequent first.
-- What was first seen in the period was seen in it only, so one look at all days up to its end tells everything.
-- title: Credentials
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   username text as user name: NULL where the event states none
--   password text: NULL where the event states none
--   seen count bar as times
--   first_day day
SELECT u.value AS username, p.value AS password, v.seen, v.first_day
FROM value_totals(1, 2, (SELECT coalesce(min(day), :first_day) FROM rollup_event), :end_day, :sensor_id, 1) AS v
LEFT JOIN text AS u ON u.text_id = v.a
LEFT JOIN text AS p ON p.text_id = v.b
WHERE v.new_day = :first_day AND v.top = :limit
ORDER BY v.seen DESC, username, password
LIMIT :limit;
