-- The parts of a session that events between two times belong to: first_us, activities, events.
WITH floor (first_us) AS (
    SELECT coalesce(
        (SELECT max(first_us) FROM session_part WHERE session_key = :session_key AND first_us <= :begin_us),
        (SELECT min(first_us) FROM session_part WHERE session_key = :session_key)
    )
)
SELECT p.first_us, p.activities, p.events
FROM floor AS f
JOIN session_part AS p ON p.session_key = :session_key AND p.first_us BETWEEN f.first_us AND max(f.first_us, :end_us)
ORDER BY p.first_us
