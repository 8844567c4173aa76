-- The source in the row of a session that others joined stands in session_source now.
UPDATE session SET source_id = NULL, first_record = NULL, record_span = NULL, source_events = NULL WHERE session_key = :stays
