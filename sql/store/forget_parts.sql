-- Removes the parts of a session that was joined to another.
DELETE FROM session_part WHERE session_key = :goes
