-- What attackers tried to download in vain, most often first.
-- title: Failed downloads
-- parameters:
--   limit integer from 1 = 50: rows of each list at the most
-- columns:
--   url text
--   seen count bar as times
WITH days AS (
    SELECT DISTINCT day FROM rollup_event
    WHERE day >= :first_day
        AND day < :end_day
)
SELECT t.value AS url, sum(v.seen) AS seen
FROM days AS d
CROSS JOIN rollup_value AS v ON v.day = d.day AND v.kind = 7
JOIN text AS t ON t.text_id = v.a
WHERE v.seen > 0 AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
GROUP BY t.value
ORDER BY seen DESC, url
LIMIT :limit;
