-- The number that a further part of a session gets; 1 if it has only that in its row.
SELECT coalesce(max(part), 0) + 1 FROM session_part WHERE session_key = :session_key
