-- The addresses that began the most sessions.
-- The days come first, so that only their rows of the wanted kind are read. A text may have two ids, so the
-- sums by id are added up by value.
-- title: Top sources
-- half: yes
-- parameters:
--   top integer = 10: rows of each list
-- columns:
--   src_ip text
--   sessions count bar
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
),
by_id AS (
    SELECT v.a, sum(v.seen) AS seen
    FROM days AS d
    CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 101
    WHERE v.a <> 0 AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
    GROUP BY v.a
    HAVING sum(v.seen) > 0
)
SELECT t.value AS src_ip, sum(i.seen) AS sessions
FROM by_id AS i
JOIN text AS t ON t.text_id = i.a
GROUP BY t.value
ORDER BY sessions DESC, src_ip
LIMIT :top;
