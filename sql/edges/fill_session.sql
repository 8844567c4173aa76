-- Counts the sessions that began in the pieces, and what they add up to. No log makes the sum of durations overflow: see migration 4.
INSERT INTO temp.edge_session (day, sensor_id, match, protocol_id, sessions, duration_ms, events)
SELECT
    p.day,
    s.sensor_id,
    CASE WHEN s.matcher <> 1 THEN 3 WHEN s.delimiters = 3 THEN 1 ELSE 2 END AS match,
    s.protocol_id,
    count(*),
    sum(min(coalesce(s.closed_ms, (s.span_us + 500) / 1000), 68719476736)),
    sum(s.event_count)
FROM temp.piece AS p
CROSS JOIN main.session AS s ON s.started_us >= p.since_us AND s.started_us < p.until_us
GROUP BY p.day, s.sensor_id, match, s.protocol_id;
