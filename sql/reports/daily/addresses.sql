-- From how many addresses the sessions of each day with sessions came: the most frequent one is told with how many there are.
-- columns:
--   day day
--   unique_ips count
SELECT
    r.day,
    (
        SELECT coalesce(sum(stated), 0)
        FROM (SELECT DISTINCT turn, stated FROM value_totals(101, 101, r.day, r.day + 1, :sensor_id, 0, 1))
    ) AS unique_ips
FROM rollup_session AS r
WHERE r.day >= :first_day
    AND r.day < :end_day
    AND (:sensor_id IS NULL OR r.sensor_id = :sensor_id)
GROUP BY r.day
HAVING sum(r.sessions) > 0;
