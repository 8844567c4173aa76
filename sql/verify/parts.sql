-- The parts of all sessions, in order of the sessions' keys and of time.
-- Columns: session_key, first_us, activity_count, activities, events.
SELECT part_id >> 20, first_us, activity_count, activities, events
FROM session_part
ORDER BY part_id >> 20, first_us;
