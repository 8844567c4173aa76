-- Removes counts that came down to nothing.
DELETE FROM rollup_session
WHERE
    (day, sensor_id, match, protocol_id) IN (SELECT day, sensor_id, match, protocol_id FROM folded_session_tally WHERE sessions < 0)
    AND sessions = 0
