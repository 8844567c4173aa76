-- The parts of a session: part_id, first_us, activities, events.
SELECT part_id, first_us, activities, events
FROM session_part
WHERE part_id BETWEEN :session_key << 20 AND (:session_key << 20) + 1048575
