-- The part that holds an event, if one does: the last one of its session that begins no later.
-- Columns: first_us, activities, events.
SELECT p.first_us, p.activities, p.events
FROM sensor AS n
CROSS JOIN session_day AS d ON d.day = :day AND d.sensor_id = n.sensor_id AND d.session_id = :session_id
JOIN session_part AS p ON p.part_id BETWEEN d.session_key << 20 AND (d.session_key << 20) + 1048575
WHERE n.name = :sensor AND p.first_us <= :at_us
ORDER BY p.first_us DESC
LIMIT 1
