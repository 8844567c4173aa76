-- The client versions of the period that are on no day before it, the most frequent first.
-- What was first seen in the period was seen in it only, so one look at all days up to its end tells everything.
-- title: Client versions
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   client_version text
--   seen count bar as sessions
--   first_day day
SELECT t.value AS client_version, v.seen, v.first_day
FROM value_totals(102, 102, (SELECT coalesce(min(day), :first_day) FROM rollup_event), :end_day, :sensor_id) AS v
JOIN text AS t ON t.text_id = v.a
WHERE v.new_day = :first_day AND v.top = :limit
ORDER BY v.seen DESC, client_version
LIMIT :limit;
