-- From how many addresses the sessions of some days came, also of days that the period does not hold.
-- columns:
--   day day
--   unique_ips count
SELECT v.day, count(DISTINCT t.value) AS unique_ips
FROM main.rollup_value AS v
JOIN text AS t ON t.text_id = v.a
WHERE v.day >= :first_day
    AND v.day < :end_day
    AND v.kind = 101
    AND v.seen > 0
    AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
GROUP BY v.day;
