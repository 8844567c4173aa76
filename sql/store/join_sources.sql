-- Two sessions became one: its sources move to the key that stays. The rows of the other key are removed by forget_sources.
INSERT INTO session_source (session_key, source_id, first_record, last_record, events)
SELECT :stays, source_id, first_record, last_record, events FROM session_source WHERE session_key = :goes
ON CONFLICT (session_key, source_id) DO UPDATE SET
    first_record = min(first_record, excluded.first_record),
    last_record = max(last_record, excluded.last_record),
    events = events + excluded.events
