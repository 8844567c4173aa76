-- 0005: roll-ups of what further reports ask: failed downloads, forwarded connections, keys, and what sessions add up to.

-- Sums over the sessions. duration_ms: of a session 2^36 at the most, which is two years, so that no log makes the sum overflow.
ALTER TABLE rollup_session ADD COLUMN duration_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollup_session ADD COLUMN events INTEGER NOT NULL DEFAULT 0;

UPDATE rollup_session SET duration_ms = found.duration_ms, events = found.events
FROM (
    SELECT
        (started_us - (started_us % 86400000000 + 86400000000) % 86400000000) / 86400000000 AS day,
        sensor_id,
        CASE WHEN matcher <> 1 THEN 3 WHEN delimiters = 3 THEN 1 ELSE 2 END AS match,
        protocol_id,
        sum(min(coalesce(closed_ms, (span_us + 500) / 1000), 68719476736)) AS duration_ms,
        sum(event_count) AS events
    FROM session
    GROUP BY 1, 2, 3, 4
) AS found
WHERE rollup_session.day = found.day
    AND rollup_session.sensor_id = found.sensor_id
    AND rollup_session.match = found.match
    AND rollup_session.protocol_id = found.protocol_id;

-- Further kinds of rollup_value: 7 download_failed, 9 tcpip_request, 11 client_fingerprint, as in activity_kind.
INSERT INTO rollup_value (day, sensor_id, kind, a, b, seen)
SELECT (at_us - (at_us % 86400000000 + 86400000000) % 86400000000) / 86400000000, sensor_id, kind, a, b, count(*)
FROM (
    SELECT
        s.sensor_id,
        p.first_us + json_extract(j.value, '$[1]') AS at_us,
        json_extract(j.value, '$[0]') AS kind,
        coalesce(json_extract(j.value, '$[2]'), 0) AS a,
        coalesce(json_extract(j.value, '$[3]'), 0) AS b
    FROM part AS p
    JOIN session AS s ON s.session_key = p.session_key
    JOIN json_each(p.activities) AS j
    WHERE instr(p.activities, '[7,') OR instr(p.activities, '[9,') OR instr(p.activities, '[11,')
)
WHERE kind IN (7, 9, 11)
GROUP BY 1, 2, 3, 4, 5;

-- And 104: how many sessions that started on the day have `a` commands. Here `a` is no text.
INSERT INTO rollup_value (day, sensor_id, kind, a, b, seen)
SELECT
    (started_us - (started_us % 86400000000 + 86400000000) % 86400000000) / 86400000000,
    sensor_id,
    104,
    command_count,
    0,
    count(*)
FROM session
GROUP BY 1, 2, 4;
