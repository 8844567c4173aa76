-- The packed events of a session, in order of time.
-- Parameters: session_key.
-- Columns: first_us, activities, events.
SELECT first_us, activities, events
FROM session_part
WHERE part_id BETWEEN :session_key << 20 AND (:session_key << 20) + 1048575
ORDER BY first_us;
