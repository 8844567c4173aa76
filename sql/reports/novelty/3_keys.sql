-- The keys that clients offered of the period that are on no day before it, the most frequent first.
-- What was first seen in the period was seen in it only, so one look at all days up to its end tells everything.
-- title: Keys
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   fingerprint text whole
--   seen count bar as times
--   first_day day
SELECT t.value AS fingerprint, sum(v.seen) AS seen, min(v.first_day) AS first_day
FROM value_totals(11, 11, (SELECT coalesce(min(day), :first_day) FROM rollup_event), :end_day, :sensor_id) AS v
JOIN text AS t ON t.text_id = v.a
GROUP BY v.a_key
HAVING min(v.first_day) >= :first_day
ORDER BY seen DESC, fingerprint
LIMIT :limit;
