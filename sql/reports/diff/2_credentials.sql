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
WITH side AS (
    SELECT a, b, a_key, b_key, seen AS before, 0 AS after
    FROM value_totals(1, 2, :before_first_day, :before_end_day, :before_sensor_id, 1)
    UNION ALL
    SELECT a, b, a_key, b_key, 0 AS before, seen AS after
    FROM value_totals(1, 2, :first_day, :end_day, :sensor_id, 1)
),
summed AS MATERIALIZED (
    SELECT
        min(a) AS a,
        min(b) AS b,
        sum(before) AS before,
        sum(after) AS after,
        abs(sum(after) - sum(before)) AS size
    FROM side
    GROUP BY a_key, b_key
)
SELECT
    u.value AS username,
    p.value AS password,
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
LEFT JOIN text AS u ON u.text_id = s.a
LEFT JOIN text AS p ON p.text_id = s.b
WHERE s.size >= (SELECT min(size) FROM (SELECT size FROM summed ORDER BY size DESC LIMIT :limit))
ORDER BY s.size DESC, username, password
LIMIT :limit;
