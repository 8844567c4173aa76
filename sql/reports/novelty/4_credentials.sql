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
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day < :end_day
)
SELECT
    u.value AS username,
    p.value AS password,
    sum(v.seen) AS seen,
    min(v.day) AS first_day
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (1, 2)
LEFT JOIN text AS u ON u.text_id = v.a
LEFT JOIN text AS p ON p.text_id = v.b
WHERE v.seen > 0
    AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
GROUP BY u.value, p.value
HAVING min(v.day) >= :first_day
ORDER BY seen DESC, username, password
LIMIT :limit;
