-- Each HASSH by the sessions that began in the period, the one of the most first.
-- title: HASSH
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   hassh text whole as HASSH
--   sessions count bar
--   first_day day
--   last_day day
--   days count
SELECT t.value AS hassh, v.seen AS sessions, v.first_day, v.last_day, v.days
FROM value_totals(103, 103, :first_day, :end_day, :sensor_id, 0, :limit) AS v
JOIN text AS t ON t.text_id = v.a
ORDER BY sessions DESC, hassh
LIMIT :limit;
