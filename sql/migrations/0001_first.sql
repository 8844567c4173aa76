-- 0001: matchers, sources and their ledger, sessions and their packed events, dictionaries, roll-ups, public views.
-- Times are integer microseconds UTC, days are integers since 1970-01-01. A text id of 0 means "absent".

-- What ran when, and up to where its last commit reached.
CREATE TABLE checkpoint (
    run_id INTEGER PRIMARY KEY,
    started_us INTEGER NOT NULL,
    committed_us INTEGER NOT NULL,
    commits INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    source_offset INTEGER NOT NULL,
    session_key INTEGER
) STRICT;

-- Who names the session of an event, by priority: the built-in ones, and those of the user that found one.
CREATE TABLE matcher (
    matcher INTEGER PRIMARY KEY,        -- its priority: the smallest that names an event counts
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO matcher (matcher, name) VALUES
    (1, 'session'), (2, 'session_id'), (3, 'sessionid'), (4, 'sid'), (5, 'enclosing_key'), (6, 'message');

-- A log file, known by its content: hashes of its beginning and of the bytes before the offset. Path and inode are hints.
CREATE TABLE source (
    source_id INTEGER PRIMARY KEY,
    origin BLOB NOT NULL UNIQUE,        -- random, from its first reading: by it a merge knows the source again
    path TEXT NOT NULL,                 -- where it was last seen; a hint, never identity
    device INTEGER,
    inode INTEGER,
    stored_bytes INTEGER NOT NULL,      -- size as stored, when last read
    modified_ns INTEGER NOT NULL,
    compression TEXT NOT NULL,          -- none, gzip, bzip2, xz
    sensor TEXT NOT NULL,               -- for events that name none; fixed at the first reading
    head_hash BLOB NOT NULL,
    head_bytes INTEGER NOT NULL,
    offset INTEGER NOT NULL,            -- decompressed bytes that are in the ledger
    tail_hash BLOB NOT NULL,            -- of the bytes right before the offset
    tail_bytes INTEGER NOT NULL,
    records INTEGER NOT NULL,           -- records before the offset
    line_open INTEGER NOT NULL,         -- 1: the offset is inside a line; 2: after an entry of a text log; 3: in one
    lead_bytes INTEGER NOT NULL,        -- at its beginning, that end the last record of the source before
    lead_records INTEGER NOT NULL,      -- as which they were counted, and are no more
    half_bytes INTEGER NOT NULL,        -- at its end, that begin a record which the source after it ends
    pending_bytes INTEGER NOT NULL,     -- bytes after the offset that wait for their end
    state TEXT NOT NULL CHECK (state IN ('reading', 'read', 'alien', 'damaged')),
    damage TEXT                         -- what was wrong with a damaged source
) STRICT;
CREATE INDEX source_inode ON source (inode, device);
CREATE INDEX source_path ON source (path);

-- Where every record of a source went: lines = events + duplicates + sessionless + quarantined + blank.
CREATE TABLE ledger (
    source_id INTEGER PRIMARY KEY REFERENCES source,
    lines INTEGER NOT NULL,
    events INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    sessionless INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    blank INTEGER NOT NULL
) STRICT;

-- What could not be an event: place, reason, bytes (capped). Consecutive records of one reason share a row.
CREATE TABLE quarantine (
    quarantine_id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source,
    record INTEGER NOT NULL,            -- number of the first record in its source
    records INTEGER NOT NULL,
    byte_offset INTEGER NOT NULL,       -- decompressed
    byte_length INTEGER NOT NULL,
    reason TEXT NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE INDEX quarantine_source ON quarantine (source_id, record);
CREATE INDEX quarantine_unterminated ON quarantine (source_id) WHERE reason = 'unterminated';

CREATE TABLE sensor (
    sensor_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- Commands, credentials, addresses, client versions, hashes, event ids.
CREATE TABLE text (
    text_id INTEGER PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- The event ids of Cowrie come first: small numbers are stored in fewer bytes.
INSERT INTO text (text_id, value) VALUES
    (1, 'cowrie.session.connect'), (2, 'cowrie.session.closed'),
    (3, 'cowrie.client.version'), (4, 'cowrie.client.kex'), (5, 'cowrie.client.size'), (6, 'cowrie.client.var'),
    (7, 'cowrie.client.fingerprint'), (8, 'cowrie.login.failed'), (9, 'cowrie.login.success'),
    (10, 'cowrie.session.params'), (11, 'cowrie.command.input'), (12, 'cowrie.command.failed'),
    (13, 'cowrie.command.success'), (14, 'cowrie.log.open'), (15, 'cowrie.log.closed'),
    (16, 'cowrie.session.file_download'), (17, 'cowrie.session.file_download.failed'),
    (18, 'cowrie.session.file_upload'), (19, 'cowrie.direct-tcpip.request'), (20, 'cowrie.direct-tcpip.data');

-- One row a session, with its first part: what most sessions have no further of. `matcher`: the best of its events. `delimiters`:
-- 1 has a connect, 2 has a close.
CREATE TABLE session (
    session_key INTEGER PRIMARY KEY,
    sensor_id INTEGER NOT NULL REFERENCES sensor,
    session_id TEXT NOT NULL,
    matcher INTEGER NOT NULL REFERENCES matcher,
    delimiters INTEGER NOT NULL,
    src_ip_id INTEGER NOT NULL,
    src_port INTEGER,
    dst_ip_id INTEGER NOT NULL,
    dst_port INTEGER,
    protocol_id INTEGER NOT NULL,
    started_us INTEGER NOT NULL,
    span_us INTEGER NOT NULL,           -- ended_us - started_us
    closed_ms INTEGER,                  -- duration that a close stated
    event_count INTEGER NOT NULL,
    command_count INTEGER NOT NULL,
    command_failed_count INTEGER NOT NULL,
    command_success_count INTEGER NOT NULL,
    login_failed_count INTEGER NOT NULL,
    login_success_count INTEGER NOT NULL,
    download_count INTEGER NOT NULL,
    download_failed_count INTEGER NOT NULL,
    upload_count INTEGER NOT NULL,
    tcpip_request_count INTEGER NOT NULL,
    client_version_id INTEGER NOT NULL,
    hassh_id INTEGER NOT NULL,
    vt_flagged INTEGER,
    dshield_flagged INTEGER,
    evidence BLOB NOT NULL,
    source_id INTEGER REFERENCES source, -- the first that it came from, and which of its records; NULL: see session_source
    first_record INTEGER,
    record_span INTEGER,                -- last_record - first_record
    source_events INTEGER,
    part_us INTEGER NOT NULL,           -- from started_us to the first event of the first part
    activity_count INTEGER NOT NULL,    -- of the first part, as the two that follow
    activities TEXT NOT NULL,
    events BLOB NOT NULL
) STRICT;
CREATE INDEX session_time ON session (started_us, span_us);
CREATE INDEX session_sensor_time ON session (sensor_id, started_us);
CREATE INDEX session_flagged ON session (started_us) WHERE vt_flagged = 1 OR dshield_flagged = 1;

-- A further part of a session: of more events than a part holds, or of such as came late. Parts are time ranges; no two of a session
-- overlap. Their numbers, from 1, say nothing of their order.
CREATE TABLE session_part (
    session_key INTEGER NOT NULL REFERENCES session,
    part INTEGER NOT NULL,
    first_us INTEGER NOT NULL,
    activity_count INTEGER NOT NULL,
    activities TEXT NOT NULL,
    events BLOB NOT NULL,
    PRIMARY KEY (session_key, part)
) STRICT, WITHOUT ROWID;

-- The way from an id to its session: a row for each UTC day that the session touches.
CREATE TABLE session_day (
    day INTEGER NOT NULL,
    sensor_id INTEGER NOT NULL,
    session_id TEXT NOT NULL,
    session_key INTEGER NOT NULL REFERENCES session,
    PRIMARY KEY (day, sensor_id, session_id, session_key)
) STRICT, WITHOUT ROWID;

-- Which records of which further source a session came from.
CREATE TABLE session_source (
    session_key INTEGER NOT NULL REFERENCES session,
    source_id INTEGER NOT NULL REFERENCES source,
    first_record INTEGER NOT NULL,
    last_record INTEGER NOT NULL,
    events INTEGER NOT NULL,
    PRIMARY KEY (session_key, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE activity_kind (
    kind INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO activity_kind (kind, name) VALUES
    (1, 'login_failed'), (2, 'login_success'),
    (3, 'command'), (4, 'command_failed'), (5, 'command_success'),
    (6, 'download'), (7, 'download_failed'), (8, 'upload'),
    (9, 'tcpip_request'), (10, 'tty'), (11, 'client_fingerprint');

-- Events by the UTC day of their own time and by event id.
CREATE TABLE rollup_event (
    day INTEGER NOT NULL,
    sensor_id INTEGER NOT NULL,
    eventid_id INTEGER NOT NULL,
    events INTEGER NOT NULL,
    first_us INTEGER NOT NULL,
    last_us INTEGER NOT NULL,
    PRIMARY KEY (day, sensor_id, eventid_id)
) STRICT, WITHOUT ROWID;

-- Sessions by the UTC day of their start. match: 1 full_delimited, 2 session_id_only, 3 event_session.
CREATE TABLE rollup_session (
    day INTEGER NOT NULL,
    sensor_id INTEGER NOT NULL,
    match INTEGER NOT NULL,
    protocol_id INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    PRIMARY KEY (day, sensor_id, match, protocol_id)
) STRICT, WITHOUT ROWID;

-- How often a value was seen. kind: that of activity_kind (a: value, or user name; b: password or SHA-256), by the day of
-- the event; 101 source address, 102 client version, 103 HASSH, by the day on which the session started.
CREATE TABLE rollup_value (
    day INTEGER NOT NULL,
    sensor_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (day, kind, sensor_id, a, b)
) STRICT, WITHOUT ROWID;

-- One row a session, under the public names.
CREATE VIEW session_metrics AS
SELECT
    s.session_key,
    n.name AS sensor,
    s.session_id,
    CASE WHEN s.matcher <> 1 THEN 'event_session' WHEN s.delimiters = 3 THEN 'full_delimited' ELSE 'session_id_only' END AS match_type,
    src.value AS src_ip,
    s.src_port,
    dst.value AS dst_ip,
    s.dst_port,
    protocol.value AS protocol,
    s.started_us,
    s.started_us + s.span_us AS ended_us,
    coalesce(s.closed_ms, (s.span_us + 500) / 1000) AS duration_ms,
    s.event_count,
    s.command_count,
    s.command_failed_count,
    s.command_success_count,
    s.login_failed_count,
    s.login_success_count,
    s.download_count,
    s.download_failed_count,
    s.upload_count,
    s.tcpip_request_count,
    version.value AS client_version,
    hassh.value AS hassh,
    matcher.name AS matcher,
    s.vt_flagged,
    s.dshield_flagged
FROM session AS s
JOIN sensor AS n ON n.sensor_id = s.sensor_id
JOIN matcher ON matcher.matcher = s.matcher
LEFT JOIN text AS src ON src.text_id = s.src_ip_id
LEFT JOIN text AS dst ON dst.text_id = s.dst_ip_id
LEFT JOIN text AS protocol ON protocol.text_id = s.protocol_id
LEFT JOIN text AS version ON version.text_id = s.client_version_id
LEFT JOIN text AS hassh ON hassh.text_id = s.hassh_id;

-- Which records of which source a session came from.
CREATE VIEW session_origin AS
SELECT session_key, source_id, first_record, first_record + record_span AS last_record, source_events AS events
FROM session
WHERE source_id IS NOT NULL
UNION ALL
SELECT session_key, source_id, first_record, last_record, events FROM session_source;

-- All parts: activities as JSON, the fingerprints of all events as a blob. Part 0 is that in the row of the session.
CREATE VIEW part AS
SELECT session_key, 0 AS part, started_us + part_us AS first_us, activity_count, activities, events FROM session
UNION ALL
SELECT session_key, part, first_us, activity_count, activities, events FROM session_part;

-- What happened, in order. Packed as [kind, µs since first_us, a, b, c]: for logins a, b, c are user name, password, value;
-- for the others value, SHA-256, user name. Trailing zeros are left out.
CREATE VIEW session_activity AS
SELECT
    p.session_key,
    1 + j.key + (
        SELECT coalesce(sum(q.activity_count), 0)
        FROM part AS q
        WHERE q.session_key = p.session_key AND q.first_us < p.first_us
    ) AS seq,
    p.first_us + json_extract(j.value, '$[1]') AS at_us,
    k.name AS kind,
    (SELECT value FROM text WHERE text_id = json_extract(j.value, CASE WHEN k.kind <= 2 THEN '$[4]' ELSE '$[2]' END)) AS value,
    (SELECT value FROM text WHERE text_id = json_extract(j.value, CASE WHEN k.kind <= 2 THEN '$[2]' ELSE '$[4]' END)) AS username,
    CASE WHEN k.kind <= 2 THEN (SELECT value FROM text WHERE text_id = json_extract(j.value, '$[3]')) END AS password,
    CASE WHEN k.kind > 2 THEN (SELECT value FROM text WHERE text_id = json_extract(j.value, '$[3]')) END AS shasum
FROM part AS p
JOIN json_each(p.activities) AS j
JOIN activity_kind AS k ON k.kind = json_extract(j.value, '$[0]');

CREATE TABLE schema_history (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_us INTEGER NOT NULL
) STRICT;
