-- When the first and the last event of a period was, which bound it where it has no bound of its own.
-- columns:
--   first_us moment
--   last_us moment
SELECT min(first_us) AS first_us, max(last_us) AS last_us
FROM rollup_event
WHERE day >= :first_day
    AND day < :end_day
    AND events > 0
    AND (:sensor_id IS NULL OR sensor_id = :sensor_id);
