-- The pairs of user name and password of two periods or two sensors, the one whose number changed most first.
-- Texts are read of those that can be printed.
-- title: Credentials
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- given:
--   before_first_day integer = 0: first UTC day of the other side
--   before_end_day integer = 0: first one after it
--   before_sensor_id integer = NULL: its sensor; NULL: all
-- columns:
--   username text as user name: NULL where the event states none
--   password text: NULL where the event states none
--   before count
--   after count
--   change count
--   status text whole
SELECT
    u.value AS username,
    p.value AS password,
    v.before,
    v.seen AS after,
    v.seen - v.before AS change,
    CASE
        WHEN v.before = v.seen THEN 'same'
        WHEN v.before = 0 THEN 'new'
        WHEN v.seen = 0 THEN 'gone'
        ELSE 'changed'
    END AS status
FROM value_totals(1, 2, :first_day, :end_day, :sensor_id, 1) AS v
LEFT JOIN text AS u ON u.text_id = v.a
LEFT JOIN text AS p ON p.text_id = v.b
WHERE v.top = :limit
    AND v.other_since_day = :before_first_day
    AND v.other_end_day = :before_end_day
    AND v.other_sensor_id = :before_sensor_id
ORDER BY abs(v.seen - v.before) DESC, username, password
LIMIT :limit;
