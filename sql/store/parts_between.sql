-- The parts of a session that events between two times belong to: part_id, first_us, activities, events.
WITH
part AS (
    SELECT part_id, first_us, activities, events
    FROM session_part
    WHERE part_id BETWEEN :session_key << 20 AND (:session_key << 20) + 1048575
),
floor (first_us) AS (
    SELECT coalesce((SELECT max(first_us) FROM part WHERE first_us <= :begin_us), (SELECT min(first_us) FROM part))
)
SELECT part.part_id, part.first_us, part.activities, part.events
FROM floor JOIN part ON part.first_us BETWEEN floor.first_us AND max(floor.first_us, :end_us)
ORDER BY part.first_us
