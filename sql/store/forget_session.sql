-- Removes a session that was joined to another.
DELETE FROM session WHERE session_key = :goes
