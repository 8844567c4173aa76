-- Each user name, the one that was tried most often first, and with how many passwords it came.
-- title: User names
-- half: yes
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   username text as user name
--   failed count
--   succeeded count
--   passwords count: how many different ones
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
)
SELECT
    t.value AS username,
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 1), 0) AS failed,
    coalesce(sum(v.seen) FILTER (WHERE v.kind = 2), 0) AS succeeded,
    count(DISTINCT other.value) AS passwords
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (1, 2)
JOIN text AS t ON t.text_id = v.a
LEFT JOIN text AS other ON other.text_id = v.b
WHERE v.seen > 0 AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
GROUP BY t.value
ORDER BY sum(v.seen) DESC, username
LIMIT :limit;
