-- The first and the last day with an event.
-- columns:
--   first_day day
--   last_day day
SELECT min(day) AS first_day, max(day) AS last_day
FROM rollup_event
WHERE day >= :first_day
    AND day < :end_day
    AND events > 0
    AND (:sensor_id IS NULL OR sensor_id = :sensor_id);
