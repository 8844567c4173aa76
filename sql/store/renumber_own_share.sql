-- Gives the records of a source in a session other numbers, where they stand in the row of the session.
UPDATE session SET first_record = :first_record, record_span = :last_record - :first_record
WHERE session_key = :session_key AND source_id = :source_id
