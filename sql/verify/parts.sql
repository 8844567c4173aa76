-- The parts of all sessions, in order of the sessions' keys and of time.
-- Columns: session_key, first_us, activity_count, activities, events.
SELECT session_key, first_us, activity_count, activities, events FROM part ORDER BY session_key, first_us;
