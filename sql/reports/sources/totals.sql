-- How many sessions began.
-- columns:
--   sessions count
SELECT coalesce(sum(sessions), 0) AS sessions
FROM rollup_session
WHERE day >= :first_day
    AND day < :end_day
    AND (:sensor_id IS NULL OR sensor_id = :sensor_id);
