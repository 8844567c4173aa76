-- The client versions of the most sessions.
-- title: Client versions
-- half: yes
-- parameters:
--   top integer = 10: rows of each list
-- columns:
--   client_version text
--   sessions count bar
SELECT t.value AS client_version, v.seen AS sessions
FROM value_totals(102, 102, :first_day, :end_day, :sensor_id, 0, :top) AS v
JOIN text AS t ON t.text_id = v.a
ORDER BY sessions DESC, client_version
LIMIT :top;
