-- Stores a part of a session.
INSERT INTO session_part (part_id, first_us, activity_count, activities, events)
VALUES (:part_id, :first_us, :activity_count, :activities, :events)
