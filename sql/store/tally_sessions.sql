-- Adds to the sessions of a day, or takes away.
INSERT INTO rollup_session (day, sensor_id, match, protocol_id, sessions, duration_ms, events)
SELECT day, sensor_id, match, protocol_id, sessions, duration_ms, events FROM folded_session_tally WHERE true
ON CONFLICT (day, sensor_id, match, protocol_id) DO UPDATE SET
    sessions = sessions + excluded.sessions,
    duration_ms = duration_ms + excluded.duration_ms,
    events = events + excluded.events
