-- The credentials that were tried most often.
-- The days come first, so that only their rows of the wanted kind are read. A text may have two ids, so the
-- sums by id are added up by value.
-- title: Top credentials
-- half: yes
-- parameters:
--   top integer = 10: rows of each list
-- columns:
--   username text: NULL where the event states none
--   password text: NULL where the event states none
--   failed count
--   succeeded count
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
),
by_id AS (
    SELECT
        v.a,
        v.b,
        sum(v.seen) AS tried,
        sum(v.seen) FILTER (WHERE v.kind = 1) AS failed
    FROM days AS d
    CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (1, 2)
    WHERE :sensor_id IS NULL OR v.sensor_id = :sensor_id
    GROUP BY v.a, v.b
    HAVING sum(v.seen) > 0
)
SELECT
    u.value AS username,
    p.value AS password,
    coalesce(sum(i.failed), 0) AS failed,
    sum(i.tried) - coalesce(sum(i.failed), 0) AS succeeded
FROM by_id AS i
LEFT JOIN text AS u ON u.text_id = i.a
LEFT JOIN text AS p ON p.text_id = i.b
GROUP BY u.value, p.value
ORDER BY sum(i.tried) DESC, username, password
LIMIT :top;
