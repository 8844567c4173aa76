-- Two sessions became one: its parts move behind those of the key that stays. forget_parts removes them from the other key.
INSERT INTO session_part (session_key, part, first_us, activity_count, activities, events)
SELECT
    :stays,
    part + 1 + (SELECT coalesce(max(part), 0) FROM session_part WHERE session_key = :stays),
    first_us,
    activity_count,
    activities,
    events
FROM part
WHERE session_key = :goes
