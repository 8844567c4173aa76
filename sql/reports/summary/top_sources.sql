-- The addresses that began the most sessions.
-- Parameters: since_us, until_us: borders of UTC days; sensor: a name. NULL sets no bound.
--             top: how many rows.
-- Columns: src_ip, sessions.
-- The days come first, so that only their rows of the wanted kind are read. A text may have two ids, so the
-- sums by id are added up by value.
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= coalesce(:since_us / 86400000000, -1000000)
        AND day < coalesce(:until_us / 86400000000, 4000000)
),
by_id AS (
    SELECT v.a, sum(v.seen) AS seen
    FROM days AS d
    CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 101
    WHERE v.a <> 0 AND (:sensor IS NULL OR v.sensor_id = (SELECT sensor_id FROM sensor WHERE name = :sensor))
    GROUP BY v.a
    HAVING sum(v.seen) > 0
)
SELECT t.value AS src_ip, sum(i.seen) AS sessions
FROM by_id AS i
JOIN text AS t ON t.text_id = i.a
GROUP BY t.value
ORDER BY sessions DESC, src_ip
LIMIT :top;
