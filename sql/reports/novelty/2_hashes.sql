-- The artifacts of the period that are on no day before it, the most frequent first.
-- What was first seen in the period was seen in it only, so one look at all days up to its end tells everything.
-- title: Artifacts
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   shasum text whole
--   seen count bar as times
--   first_day day
SELECT t.value AS shasum, sum(v.seen) AS seen, min(v.first_day) AS first_day
FROM value_totals(6, 8, (SELECT coalesce(min(day), :first_day) FROM rollup_event), :end_day, :sensor_id) AS v
JOIN text AS t ON t.text_id = v.b
WHERE v.kind <> 7
    AND t.value NOT IN (
        'da39a3ee5e6b4b0d3255bfef95601890afd80709',
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    )
GROUP BY v.b_key
HAVING min(v.first_day) >= :first_day
ORDER BY seen DESC, shasum
LIMIT :limit;
