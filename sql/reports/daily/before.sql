-- What trends compare with.
-- shape: figures
-- columns:
--   sessions count
--   unique_ips count
--   transfers count
SELECT
    (
        SELECT coalesce(sum(r.sessions), 0)
        FROM rollup_session AS r
        WHERE r.day >= :first_day AND r.day < :end_day AND (:sensor_id IS NULL OR r.sensor_id = :sensor_id)
    ) AS sessions,
    (
        SELECT coalesce(sum(stated), 0)
        FROM (SELECT DISTINCT turn, stated FROM value_totals(101, 101, :first_day, :end_day, :sensor_id, 0, 1))
    ) AS unique_ips,
    (SELECT coalesce(sum(seen), 0) FROM value_totals(6, 8, :first_day, :end_day, :sensor_id) WHERE kind <> 7) AS transfers;
