-- The parts of a session: part, first_us, activities, events.
SELECT part, first_us, activities, events FROM part WHERE session_key = :session_key
