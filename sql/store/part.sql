-- Stores a part of a session.
INSERT INTO session_part (session_key, first_us, last_us, activities, activity_count, events)
VALUES (:session_key, :first_us, :last_us, :activities, :activity_count, :events)
