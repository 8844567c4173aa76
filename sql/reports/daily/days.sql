-- The days on which anything happened, with the sensors that saw it.
-- columns:
--   day day
--   sensor_id count
--   sensor text
SELECT r.day, r.sensor_id, n.name AS sensor
FROM rollup_event AS r
JOIN sensor AS n ON n.sensor_id = r.sensor_id
WHERE r.day >= :first_day
    AND r.day < :end_day
    AND (:sensor_id IS NULL OR r.sensor_id = :sensor_id)
GROUP BY r.day, r.sensor_id
HAVING sum(r.events) > 0
ORDER BY r.day, sensor;
