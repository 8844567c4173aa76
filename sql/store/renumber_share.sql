-- Gives the records of a source in a session other numbers.
UPDATE session_source SET first_record = :first_record, last_record = :last_record
WHERE session_key = :session_key AND source_id = :source_id
