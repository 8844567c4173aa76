-- The part that holds an event, if one does: the last one of its session that begins no later.
-- Columns: first_us, activities, events.
SELECT p.first_us, p.activities, p.events
FROM sensor AS n
CROSS JOIN session_day AS d ON d.day = :day AND d.sensor_id = n.sensor_id AND d.session_id = :session_id
JOIN part AS p ON p.session_key = d.session_key
WHERE n.name = :sensor AND p.first_us <= :at_us
ORDER BY p.first_us DESC
LIMIT 1
