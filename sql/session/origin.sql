-- What a session remembers of how its columns were found.
-- Parameters: session_key.
-- Columns: matcher, delimiters, closed_ms, evidence, part_us, activity_count, events.
SELECT m.name AS matcher, s.delimiters, s.closed_ms, s.evidence, s.part_us, s.activity_count, s.events
FROM session AS s
JOIN matcher AS m ON m.matcher = s.matcher
WHERE s.session_key = :session_key;
