-- What a session remembers of how its columns were found.
-- Parameters: session_key.
-- Columns: delimiters, closed_ms, evidence.
SELECT delimiters, closed_ms, evidence FROM session WHERE session_key = :session_key;
