-- Adds records of sources to sessions that tell this source in their own row.
UPDATE session SET
    first_record = min(session.first_record, new.first_record),
    record_span =
        max(session.first_record + session.record_span, new.last_record) - min(session.first_record, new.first_record),
    source_events = session.source_events + new.events
FROM folded_share AS new
WHERE session.session_key = new.session_key AND session.source_id = new.source_id
