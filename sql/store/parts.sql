-- Stores further parts of sessions.
INSERT INTO session_part (session_key, part, first_us, activity_count, activities, events)
SELECT session_key, part, first_us, activity_count, activities, events FROM folded_part
