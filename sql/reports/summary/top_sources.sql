-- The addresses that began the most sessions.
-- title: Top sources
-- half: yes
-- parameters:
--   top integer = 10: rows of each list
-- columns:
--   src_ip text
--   sessions count bar
SELECT t.value AS src_ip, v.seen AS sessions
FROM value_totals(101, 101, :first_day, :end_day, :sensor_id, 0, :top) AS v
JOIN text AS t ON t.text_id = v.a
ORDER BY sessions DESC, src_ip
LIMIT :top;
