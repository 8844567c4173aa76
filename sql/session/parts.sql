-- The packed events of a session, in order of time.
-- Parameters: session_key.
-- Columns: first_us, activities, events.
SELECT first_us, activities, events FROM part WHERE session_key = :session_key ORDER BY first_us;
