-- Takes the place of main.rollup_session: a name without a schema is looked up among the temporary ones first.
CREATE VIEW temp.rollup_session AS
SELECT r.day, r.sensor_id, r.match, r.protocol_id, r.sessions, r.duration_ms, r.events
FROM temp.kept AS k
CROSS JOIN main.rollup_session AS r ON r.day >= k.first_day AND r.day < k.end_day
UNION ALL
SELECT day, sensor_id, match, protocol_id, sessions, duration_ms, events FROM temp.edge_session;
