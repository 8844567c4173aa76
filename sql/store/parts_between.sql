-- The parts of a session that events between two times belong to: part, first_us, activities, events.
WITH
mine AS (SELECT part, first_us, activities, events FROM part WHERE session_key = :session_key),
floor (first_us) AS (
    SELECT coalesce((SELECT max(first_us) FROM mine WHERE first_us <= :begin_us), (SELECT min(first_us) FROM mine))
)
SELECT mine.part, mine.first_us, mine.activities, mine.events
FROM floor JOIN mine ON mine.first_us BETWEEN floor.first_us AND max(floor.first_us, :end_us)
ORDER BY mine.first_us
