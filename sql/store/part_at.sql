-- The part that holds an event, if one does: the last one of its session that begins no later.
-- Columns: first_us, activities, events. (The view `part` would give all parts, and each would be looked at.)
WITH
named (session_key) AS (
    SELECT d.session_key
    FROM sensor AS n
    CROSS JOIN session_day AS d ON d.day = :day AND d.sensor_id = n.sensor_id AND d.session_id = :session_id
    WHERE n.name = :sensor
)
SELECT s.started_us + s.part_us AS first_us, s.activities, s.events
FROM named AS n
CROSS JOIN session AS s ON s.session_key = n.session_key
WHERE s.started_us + s.part_us <= :at_us
UNION ALL
SELECT p.first_us, p.activities, p.events
FROM named AS n
CROSS JOIN session_part AS p ON p.session_key = n.session_key AND p.part = (
    SELECT q.part
    FROM session_part AS q
    WHERE q.session_key = n.session_key AND q.first_us <= :at_us
    ORDER BY q.first_us DESC
    LIMIT 1
)
ORDER BY first_us DESC
LIMIT 1
