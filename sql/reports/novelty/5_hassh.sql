-- The HASSH of the period that are on no day before it, the most frequent first.
-- What was first seen in the period was seen in it only, so one look at all days up to its end tells everything.
-- title: HASSH
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   hassh text whole as HASSH
--   seen count bar as sessions
--   first_day day
SELECT t.value AS hassh, v.seen, v.first_day
FROM value_totals(103, 103, (SELECT coalesce(min(day), :first_day) FROM rollup_event), :end_day, :sensor_id) AS v
JOIN text AS t ON t.text_id = v.a
WHERE v.new_day = :first_day AND v.top = :limit
ORDER BY v.seen DESC, hassh
LIMIT :limit;
