-- Each client version by the sessions that began in the period, the one of the most first.
-- title: Client versions
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   client_version text
--   sessions count bar
--   first_day day
--   last_day day
--   days count
SELECT t.value AS client_version, v.seen AS sessions, v.first_day, v.last_day, v.days
FROM value_totals(102, 102, :first_day, :end_day, :sensor_id, 0, :limit) AS v
JOIN text AS t ON t.text_id = v.a
ORDER BY sessions DESC, client_version
LIMIT :limit;
