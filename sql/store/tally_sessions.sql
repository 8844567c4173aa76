-- Adds to the sessions of a day, or takes away.
INSERT INTO rollup_session (day, sensor_id, match, protocol_id, sessions)
SELECT day, sensor_id, match, protocol_id, sessions FROM folded_session_tally WHERE true
ON CONFLICT (day, sensor_id, match, protocol_id) DO UPDATE SET sessions = sessions + excluded.sessions
