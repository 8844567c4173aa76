-- What the period saw for the first time: commands, artifacts, keys, credentials, HASSH and client versions.
-- What was first seen in the period was seen in it only, so one look at all days up to its end tells everything.
-- title: Commands
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   command text
--   seen count bar as times
--   first_day day
SELECT t.value AS command, v.seen, v.first_day
FROM value_totals(3, 3, (SELECT coalesce(min(day), :first_day) FROM rollup_event), :end_day, :sensor_id) AS v
JOIN text AS t ON t.text_id = v.a
WHERE v.new_day = :first_day AND v.top = :limit
ORDER BY v.seen DESC, command
LIMIT :limit;
