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
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
)
SELECT
    u.value AS username,
    p.value AS password,
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 1), 0) AS failed,
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 2), 0) AS succeeded,
    min(v.day) AS first_day,
    max(v.day) AS last_day,
    count(DISTINCT v.day) AS days
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (1, 2)
LEFT JOIN text AS u ON u.text_id = v.a
LEFT JOIN text AS p ON p.text_id = v.b
WHERE v.seen > 0 AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
GROUP BY u.value, p.value
ORDER BY sum(v.seen) DESC, username, password
LIMIT :limit;
