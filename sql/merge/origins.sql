-- Which records of which source a session came from: source_id, first_record, last_record, events.
SELECT source_id, first_record, last_record, events FROM session_origin WHERE session_key = :session_key ORDER BY source_id
