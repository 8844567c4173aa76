-- The events of all pieces. A session is looked at on the first UTC day that it has in common with a piece. Few have further parts, and
-- looking for a part is slow: only where the first one does not hold all events.
CREATE VIEW temp.seen AS
SELECT p.day, s.sensor_id, e.at_us, e.eventid_id, e.kind, e.a, e.b
FROM temp.piece AS p
CROSS JOIN main.session_day AS d ON d.day BETWEEN p.first_utc AND p.last_utc
CROSS JOIN main.session AS s ON s.session_key = d.session_key
CROSS JOIN packed_event(s.activities, s.events, s.started_us + s.part_us) AS e
WHERE s.started_us < p.until_us
    AND s.started_us + s.span_us >= p.since_us
    AND d.day = max(p.first_utc, (s.started_us - (s.started_us % 86400000000 + 86400000000) % 86400000000) / 86400000000)
    AND e.at_us >= p.since_us
    AND e.at_us < p.until_us
UNION ALL
SELECT p.day, s.sensor_id, e.at_us, e.eventid_id, e.kind, e.a, e.b
FROM temp.piece AS p
CROSS JOIN main.session_day AS d ON d.day BETWEEN p.first_utc AND p.last_utc
CROSS JOIN main.session AS s ON s.session_key = d.session_key
CROSS JOIN main.session_part AS f ON f.session_key = s.session_key AND f.first_us < p.until_us
CROSS JOIN packed_event(f.activities, f.events, f.first_us) AS e
WHERE s.started_us < p.until_us
    AND s.started_us + s.span_us >= p.since_us
    AND d.day = max(p.first_utc, (s.started_us - (s.started_us % 86400000000 + 86400000000) % 86400000000) / 86400000000)
    AND (SELECT count(*) FROM packed_event(s.activities, s.events, s.started_us)) < s.event_count
    AND e.at_us >= p.since_us
    AND e.at_us < p.until_us;
