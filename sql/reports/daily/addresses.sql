-- From how many addresses the sessions of each day with sessions came.
-- columns:
--   day day
--   unique_ips count
SELECT
    r.day,
    (
        SELECT count(*) FROM value_totals(101, 101, r.day, r.day + 1, :sensor_id)
        WHERE a <> 0
    ) AS unique_ips
FROM rollup_session AS r
WHERE r.day >= :first_day
    AND r.day < :end_day
    AND (:sensor_id IS NULL OR r.sensor_id = :sensor_id)
GROUP BY r.day
HAVING sum(r.sessions) > 0;
