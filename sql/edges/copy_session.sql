-- Shows whole UTC days as other days.
-- Parameters: first_day, end_day, shift.
INSERT INTO temp.edge_session (day, sensor_id, match, protocol_id, sessions, duration_ms, events)
SELECT r.day + :shift, r.sensor_id, r.match, r.protocol_id, r.sessions, r.duration_ms, r.events
FROM main.rollup_session AS r
WHERE r.day >= :first_day AND r.day < :end_day;
