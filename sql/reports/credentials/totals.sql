-- How many login tries there were, whatever they state.
-- The days come first, so that only their rows of the wanted kinds are read.
-- title: Login tries
-- columns:
--   tries count
--   failed count
SELECT coalesce(sum(v.seen), 0) AS tries, coalesce(sum(v.seen) FILTER (WHERE v.kind = 1), 0) AS failed
FROM (SELECT DISTINCT day FROM rollup_event WHERE day >= :first_day AND day < :end_day) AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind IN (1, 2)
WHERE :sensor_id IS NULL OR v.sensor_id = :sensor_id;
