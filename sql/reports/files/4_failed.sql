-- What attackers tried to download in vain, most often first.
-- title: Failed downloads
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   url text
--   seen count bar as times
SELECT t.value AS url, sum(v.seen) AS seen
FROM value_totals(7, 7, :first_day, :end_day, :sensor_id) AS v
JOIN text AS t ON t.text_id = v.a
GROUP BY v.a_key
ORDER BY seen DESC, url
LIMIT :limit;
