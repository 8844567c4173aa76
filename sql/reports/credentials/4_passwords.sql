-- Each password, the one that was tried most often first, and with how many user names it came.
-- title: Passwords
-- half: yes
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   password text
--   failed count
--   succeeded count
--   usernames count as user names: how many different ones
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
)
SELECT
    t.value AS password,
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 1), 0) AS failed,
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 2), 0) AS succeeded,
    count(DISTINCT other.value) AS usernames
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (1, 2)
JOIN text AS t ON t.text_id = v.b
LEFT JOIN text AS other ON other.text_id = v.a
WHERE v.seen > 0 AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
GROUP BY t.value
ORDER BY sum(v.seen) DESC, password
LIMIT :limit;
