-- From how many addresses the sessions of each day with sessions came.
-- columns:
--   day day
--   unique_ips count
SELECT
    r.day,
    (
        SELECT count(DISTINCT t.value)
        FROM rollup_value AS v
        JOIN text AS t ON t.text_id = v.a
        WHERE v.day = r.day AND v.kind = 101 AND v.seen > 0 AND (:sensor_id IS NULL OR v.sensor_id = :sensor_id)
    ) AS unique_ips
FROM rollup_session AS r
WHERE r.day >= :first_day
    AND r.day < :end_day
    AND (:sensor_id IS NULL OR r.sensor_id = :sensor_id)
GROUP BY r.day
HAVING sum(r.sessions) > 0;
