-- Removes what a session that was joined to another had of sources.
DELETE FROM session_source WHERE session_key = :goes
