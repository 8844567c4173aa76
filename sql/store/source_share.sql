-- Adds records of a source to a session.
INSERT INTO session_source (session_key, source_id, first_record, last_record, events)
VALUES (:session_key, :source_id, :first_record, :last_record, :events)
ON CONFLICT (session_key, source_id) DO UPDATE SET
    first_record = min(first_record, excluded.first_record),
    last_record = max(last_record, excluded.last_record),
    events = events + excluded.events
