CREATE TABLE checkpoint (
    run_id INTEGER PRIMARY KEY,
    started_us INTEGER NOT NULL,
    committed_us INTEGER NOT NULL,
    commits INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    source_offset INTEGER NOT NULL,
    session_key INTEGER
) STRICT;
CREATE TABLE matcher (
    matcher INTEGER PRIMARY KEY,        -- its priority: the smallest that names an event counts
    name TEXT NOT NULL UNIQUE
) STRICT;
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
    line_open INTEGER NOT NULL,         -- 1: the offset is inside a line
    lead_bytes INTEGER NOT NULL,        -- at its beginning, that end the last record of the source before
    lead_records INTEGER NOT NULL,      -- as which they were counted, and are no more
    half_bytes INTEGER NOT NULL,        -- at its end, that begin a record which the source after it ends
    pending_bytes INTEGER NOT NULL,     -- bytes after the offset that wait for their end
    state TEXT NOT NULL CHECK (state IN ('reading', 'read', 'alien', 'damaged')),
    damage TEXT                         -- what was wrong with a damaged source
) STRICT;
CREATE TABLE ledger (
    source_id INTEGER PRIMARY KEY REFERENCES source,
    lines INTEGER NOT NULL,
    events INTEGER NOT NULL,
    duplicates INTEGER NOT NULL,
    sessionless INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    blank INTEGER NOT NULL
) STRICT;
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
CREATE TABLE sensor (
    sensor_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE text (
    text_id INTEGER PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
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
    evidence BLOB NOT NULL
) STRICT;
CREATE TABLE session_part (
    part_id INTEGER PRIMARY KEY,
    first_us INTEGER NOT NULL,
    activity_count INTEGER NOT NULL,
    activities TEXT NOT NULL,
    events BLOB NOT NULL
) STRICT;
CREATE TABLE session_day (
    day INTEGER NOT NULL,
    sensor_id INTEGER NOT NULL,
    session_id TEXT NOT NULL,
    session_key INTEGER NOT NULL REFERENCES session,
    PRIMARY KEY (day, sensor_id, session_id, session_key)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE rollup_event (
    day INTEGER NOT NULL,
    sensor_id INTEGER NOT NULL,
    eventid_id INTEGER NOT NULL,
    events INTEGER NOT NULL,
    first_us INTEGER NOT NULL,
    last_us INTEGER NOT NULL,
    PRIMARY KEY (day, sensor_id, eventid_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_session (
    day INTEGER NOT NULL,
    sensor_id INTEGER NOT NULL,
    match INTEGER NOT NULL,
    protocol_id INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    PRIMARY KEY (day, sensor_id, match, protocol_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_value (
    day INTEGER NOT NULL,
    sensor_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    a INTEGER NOT NULL,
    b INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (day, kind, sensor_id, a, b)
) STRICT, WITHOUT ROWID;
CREATE TABLE schema_history (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_us INTEGER NOT NULL
) STRICT;
INSERT INTO checkpoint VALUES (1, 1795819577815059, 1795819578521678, 1, 1, 3561, 6);
INSERT INTO checkpoint VALUES (2, 1795819581345356, 1795819581567172, 1, 2, 2370, 1);
INSERT INTO matcher VALUES (1, 'session');
INSERT INTO matcher VALUES (2, 'session_id');
INSERT INTO matcher VALUES (3, 'sessionid');
INSERT INTO matcher VALUES (4, 'sid');
INSERT INTO matcher VALUES (5, 'enclosing_key');
INSERT INTO matcher VALUES (6, 'message');
INSERT INTO matcher VALUES (100, 'fork');
INSERT INTO source VALUES (1, X'761DBD070DE183F05E95FFBAF064299C', 'first.json', 65024, 2286419, 3584, 1795819576223593439, 'none', 'unknown', X'E209C91FE39635615875E9F0D1D200C1', 219, 3561, X'A210CBE0F413DBB703DD5B37D5BB5A39', 3561, 24, 0, 0, 0, 0, 23, 'read', NULL);
INSERT INTO source VALUES (2, X'336A1EAF852E0935BAF3700386543350', 'second.json', 65024, 2286420, 2370, 1795819576223632737, 'none', 'unknown', X'05C19AE0862156E08454C5A0BF282336', 218, 2370, X'51F3B5061A51C23B0F773BC31D6F4F27', 2370, 15, 0, 0, 0, 0, 0, 'read', NULL);
INSERT INTO ledger VALUES (1, 24, 22, 0, 1, 1, 0);
INSERT INTO ledger VALUES (2, 15, 12, 3, 0, 0, 0);
INSERT INTO quarantine VALUES (1, 1, 21, 1, 3209, 7, 'json', X'6E6F206A736F6E');
INSERT INTO sensor VALUES (1, 'alpha');
INSERT INTO sensor VALUES (2, 'unknown');
INSERT INTO sensor VALUES (3, 'beta');
INSERT INTO text VALUES (1, 'cowrie.session.connect');
INSERT INTO text VALUES (2, 'cowrie.session.closed');
INSERT INTO text VALUES (3, 'cowrie.client.version');
INSERT INTO text VALUES (4, 'cowrie.client.kex');
INSERT INTO text VALUES (5, 'cowrie.client.size');
INSERT INTO text VALUES (6, 'cowrie.client.var');
INSERT INTO text VALUES (7, 'cowrie.client.fingerprint');
INSERT INTO text VALUES (8, 'cowrie.login.failed');
INSERT INTO text VALUES (9, 'cowrie.login.success');
INSERT INTO text VALUES (10, 'cowrie.session.params');
INSERT INTO text VALUES (11, 'cowrie.command.input');
INSERT INTO text VALUES (12, 'cowrie.command.failed');
INSERT INTO text VALUES (13, 'cowrie.command.success');
INSERT INTO text VALUES (14, 'cowrie.log.open');
INSERT INTO text VALUES (15, 'cowrie.log.closed');
INSERT INTO text VALUES (16, 'cowrie.session.file_download');
INSERT INTO text VALUES (17, 'cowrie.session.file_download.failed');
INSERT INTO text VALUES (18, 'cowrie.session.file_upload');
INSERT INTO text VALUES (19, 'cowrie.direct-tcpip.request');
INSERT INTO text VALUES (20, 'cowrie.direct-tcpip.data');
INSERT INTO text VALUES (21, '192.0.2.7');
INSERT INTO text VALUES (22, '10.0.0.1');
INSERT INTO text VALUES (23, 'ssh');
INSERT INTO text VALUES (24, 'SSH-2.0-Go');
INSERT INTO text VALUES (25, 'abababababababababababababababab');
INSERT INTO text VALUES (26, 'root');
INSERT INTO text VALUES (27, '');
INSERT INTO text VALUES (28, '123456');
INSERT INTO text VALUES (29, CAST(x'6375726c20781b5b324ae280ae007c7368' AS TEXT));
INSERT INTO text VALUES (30, 'uname -a');
INSERT INTO text VALUES (31, 'http://evil/a');
INSERT INTO text VALUES (32, 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd');
INSERT INTO text VALUES (33, 'first');
INSERT INTO text VALUES (34, 'last');
INSERT INTO text VALUES (35, 'forked');
INSERT INTO text VALUES (36, 'x');
INSERT INTO text VALUES (37, 'between');
INSERT INTO text VALUES (38, 'cowrie.odd.event');
INSERT INTO session VALUES (1, 1, 'a1', 1, 3, 21, 40000, 22, 2222, 23, 1714521600000000, 5000000, 5250, 11, 1, 1, 0, 1, 1, 1, 0, 0, 0, 24, 25, NULL, NULL, X'0100C73759C6A4F30202020201C0843DF229E0C3D0E001809F49F9D6FFA8FF500180ADE2045C2139B181D8');
INSERT INTO session VALUES (2, 1, 'a2', 1, 3, 21, 40000, 22, 2222, 23, 1714611600000000, 5000000, 5250, 9, 1, 1, 0, 1, 1, 1, 0, 0, 0, 24, 25, NULL, NULL, X'010045533ED61CF00202020201C0843D2D153D787D0101809F49BDB6E424419B0180ADE204046E826A5AF3');
INSERT INTO session VALUES (3, 2, 'joined', 1, 0, 0, NULL, 0, NULL, 0, 1714521600000000, 108000000000, NULL, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, X'0000000000000000');
INSERT INTO session VALUES (5, 2, '4f1b22c0aa01', 100, 0, 0, NULL, 0, NULL, 0, 1714521611000000, 0, NULL, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, X'0000000000000000');
INSERT INTO session VALUES (6, 2, 'other-name', 4, 0, 0, NULL, 0, NULL, 0, 1714521607000000, 0, NULL, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, X'0000000000000000');
INSERT INTO session VALUES (7, 3, 'b1', 1, 3, 21, 40000, 22, 2222, 23, 1714521650000000, 5000000, 5250, 9, 1, 1, 0, 1, 1, 1, 0, 0, 0, 24, 25, NULL, NULL, X'010025467BBEE3D90202020201C0843DB4D4F144F09601809F49D60D623A9E730180ADE204566ED8C4ADE5');
INSERT INTO session_part VALUES (1048576, 1714521600000000, 0, '[]', X'0001C73759C6A4F3A08D06269F83F75B2CAF80B51803F229E0C3D0E0A08D0604F9D6FFA8FF50');
INSERT INTO session_part VALUES (1048577, 1714521601000000, 4, '[[1,0,26,27],[2,1000000,26,28],[4,2000000,29],[3,2000000,30]]', X'04547856B007BD5CB834F0F3E9895D7CAFAA3978E7438AEEE0C65B0548072F1265E3');
INSERT INTO session_part VALUES (1048578, 1714521605000000, 0, '[]', X'00025C2139B181D8');
INSERT INTO session_part VALUES (1048579, 1714521604000000, 1, '[[6,0,31,32]]', X'001F600DB9B0');
INSERT INTO session_part VALUES (2097152, 1714611600000000, 1, '[[1,1000000,26,27]]', X'9E2BFFE7C86F000145533ED61CF0A0C21E032D153D787D01A08D0604BDB6E424419B');
INSERT INTO session_part VALUES (2097153, 1714611602000000, 4, '[[2,0,26,28],[3,1000000,30],[4,1000000,29],[6,2000000,31,32]]', X'535493979BA371581D2C8289A59E083BAFE3CCA71FC43F30');
INSERT INTO session_part VALUES (2097154, 1714611605000000, 0, '[]', X'0002046E826A5AF3');
INSERT INTO session_part VALUES (3145728, 1714521600000000, 2, '[[3,0,33],[3,54000000000,37]]', X'5E5A9BF30B3D7E0226FEF2EF');
INSERT INTO session_part VALUES (3145729, 1714629600000000, 1, '[[3,0,34]]', X'8AB32DDAB435');
INSERT INTO session_part VALUES (5242880, 1714521611000000, 1, '[[3,0,35]]', X'0066AFD27688');
INSERT INTO session_part VALUES (6291456, 1714521607000000, 1, '[[1,0,26,36]]', X'7E173DB83206');
INSERT INTO session_part VALUES (7340032, 1714521650000000, 1, '[[1,1000000,26,27]]', X'7874DBE29BA5000125467BBEE3D9A0C21E03B4D4F144F096A08D0604D60D623A9E73');
INSERT INTO session_part VALUES (7340033, 1714521652000000, 4, '[[2,0,26,28],[4,1000000,29],[3,1000000,30],[6,2000000,31,32]]', X'42CDA414462E46610E0EFCC07520171925E824E3B83C5575');
INSERT INTO session_part VALUES (7340034, 1714521655000000, 0, '[]', X'0002566ED8C4ADE5');
INSERT INTO session_day VALUES (19844, 1, 'a1', 1);
INSERT INTO session_day VALUES (19844, 2, '4f1b22c0aa01', 5);
INSERT INTO session_day VALUES (19844, 2, 'joined', 3);
INSERT INTO session_day VALUES (19844, 2, 'other-name', 6);
INSERT INTO session_day VALUES (19844, 3, 'b1', 7);
INSERT INTO session_day VALUES (19845, 1, 'a2', 2);
INSERT INTO session_day VALUES (19845, 2, 'joined', 3);
INSERT INTO session_source VALUES (1, 1, 1, 9, 9);
INSERT INTO session_source VALUES (1, 2, 14, 15, 2);
INSERT INTO session_source VALUES (2, 1, 10, 18, 9);
INSERT INTO session_source VALUES (3, 1, 19, 20, 2);
INSERT INTO session_source VALUES (3, 2, 10, 10, 1);
INSERT INTO session_source VALUES (5, 1, 23, 23, 1);
INSERT INTO session_source VALUES (6, 1, 24, 24, 1);
INSERT INTO session_source VALUES (7, 2, 1, 9, 9);
INSERT INTO activity_kind VALUES (1, 'login_failed');
INSERT INTO activity_kind VALUES (2, 'login_success');
INSERT INTO activity_kind VALUES (3, 'command');
INSERT INTO activity_kind VALUES (4, 'command_failed');
INSERT INTO activity_kind VALUES (5, 'command_success');
INSERT INTO activity_kind VALUES (6, 'download');
INSERT INTO activity_kind VALUES (7, 'download_failed');
INSERT INTO activity_kind VALUES (8, 'upload');
INSERT INTO activity_kind VALUES (9, 'tcpip_request');
INSERT INTO activity_kind VALUES (10, 'tty');
INSERT INTO activity_kind VALUES (11, 'client_fingerprint');
INSERT INTO rollup_event VALUES (19844, 1, 1, 1, 1714521600000000, 1714521600000000);
INSERT INTO rollup_event VALUES (19844, 1, 2, 1, 1714521605000000, 1714521605000000);
INSERT INTO rollup_event VALUES (19844, 1, 3, 1, 1714521600500000, 1714521600500000);
INSERT INTO rollup_event VALUES (19844, 1, 4, 1, 1714521600600000, 1714521600600000);
INSERT INTO rollup_event VALUES (19844, 1, 5, 1, 1714521602500000, 1714521602500000);
INSERT INTO rollup_event VALUES (19844, 1, 8, 1, 1714521601000000, 1714521601000000);
INSERT INTO rollup_event VALUES (19844, 1, 9, 1, 1714521602000000, 1714521602000000);
INSERT INTO rollup_event VALUES (19844, 1, 11, 1, 1714521603000000, 1714521603000000);
INSERT INTO rollup_event VALUES (19844, 1, 12, 1, 1714521603000000, 1714521603000000);
INSERT INTO rollup_event VALUES (19844, 1, 16, 1, 1714521604000000, 1714521604000000);
INSERT INTO rollup_event VALUES (19844, 1, 38, 1, 1714521600100000, 1714521600100000);
INSERT INTO rollup_event VALUES (19844, 2, 8, 1, 1714521607000000, 1714521607000000);
INSERT INTO rollup_event VALUES (19844, 2, 11, 3, 1714521600000000, 1714575600000000);
INSERT INTO rollup_event VALUES (19844, 3, 1, 1, 1714521650000000, 1714521650000000);
INSERT INTO rollup_event VALUES (19844, 3, 2, 1, 1714521655000000, 1714521655000000);
INSERT INTO rollup_event VALUES (19844, 3, 3, 1, 1714521650500000, 1714521650500000);
INSERT INTO rollup_event VALUES (19844, 3, 4, 1, 1714521650600000, 1714521650600000);
INSERT INTO rollup_event VALUES (19844, 3, 8, 1, 1714521651000000, 1714521651000000);
INSERT INTO rollup_event VALUES (19844, 3, 9, 1, 1714521652000000, 1714521652000000);
INSERT INTO rollup_event VALUES (19844, 3, 11, 1, 1714521653000000, 1714521653000000);
INSERT INTO rollup_event VALUES (19844, 3, 12, 1, 1714521653000000, 1714521653000000);
INSERT INTO rollup_event VALUES (19844, 3, 16, 1, 1714521654000000, 1714521654000000);
INSERT INTO rollup_event VALUES (19845, 1, 1, 1, 1714611600000000, 1714611600000000);
INSERT INTO rollup_event VALUES (19845, 1, 2, 1, 1714611605000000, 1714611605000000);
INSERT INTO rollup_event VALUES (19845, 1, 3, 1, 1714611600500000, 1714611600500000);
INSERT INTO rollup_event VALUES (19845, 1, 4, 1, 1714611600600000, 1714611600600000);
INSERT INTO rollup_event VALUES (19845, 1, 8, 1, 1714611601000000, 1714611601000000);
INSERT INTO rollup_event VALUES (19845, 1, 9, 1, 1714611602000000, 1714611602000000);
INSERT INTO rollup_event VALUES (19845, 1, 11, 1, 1714611603000000, 1714611603000000);
INSERT INTO rollup_event VALUES (19845, 1, 12, 1, 1714611603000000, 1714611603000000);
INSERT INTO rollup_event VALUES (19845, 1, 16, 1, 1714611604000000, 1714611604000000);
INSERT INTO rollup_event VALUES (19845, 2, 11, 1, 1714629600000000, 1714629600000000);
INSERT INTO rollup_session VALUES (19844, 1, 1, 23, 1);
INSERT INTO rollup_session VALUES (19844, 2, 2, 0, 1);
INSERT INTO rollup_session VALUES (19844, 2, 3, 0, 2);
INSERT INTO rollup_session VALUES (19844, 3, 1, 23, 1);
INSERT INTO rollup_session VALUES (19845, 1, 1, 23, 1);
INSERT INTO rollup_value VALUES (19844, 1, 1, 26, 27, 1);
INSERT INTO rollup_value VALUES (19844, 2, 1, 26, 36, 1);
INSERT INTO rollup_value VALUES (19844, 3, 1, 26, 27, 1);
INSERT INTO rollup_value VALUES (19844, 1, 2, 26, 28, 1);
INSERT INTO rollup_value VALUES (19844, 3, 2, 26, 28, 1);
INSERT INTO rollup_value VALUES (19844, 1, 3, 30, 0, 1);
INSERT INTO rollup_value VALUES (19844, 2, 3, 33, 0, 1);
INSERT INTO rollup_value VALUES (19844, 2, 3, 35, 0, 1);
INSERT INTO rollup_value VALUES (19844, 2, 3, 37, 0, 1);
INSERT INTO rollup_value VALUES (19844, 3, 3, 30, 0, 1);
INSERT INTO rollup_value VALUES (19844, 1, 6, 31, 32, 1);
INSERT INTO rollup_value VALUES (19844, 3, 6, 31, 32, 1);
INSERT INTO rollup_value VALUES (19844, 1, 101, 21, 0, 1);
INSERT INTO rollup_value VALUES (19844, 3, 101, 21, 0, 1);
INSERT INTO rollup_value VALUES (19844, 1, 102, 24, 0, 1);
INSERT INTO rollup_value VALUES (19844, 3, 102, 24, 0, 1);
INSERT INTO rollup_value VALUES (19844, 1, 103, 25, 0, 1);
INSERT INTO rollup_value VALUES (19844, 3, 103, 25, 0, 1);
INSERT INTO rollup_value VALUES (19845, 1, 1, 26, 27, 1);
INSERT INTO rollup_value VALUES (19845, 1, 2, 26, 28, 1);
INSERT INTO rollup_value VALUES (19845, 1, 3, 30, 0, 1);
INSERT INTO rollup_value VALUES (19845, 2, 3, 34, 0, 1);
INSERT INTO rollup_value VALUES (19845, 1, 6, 31, 32, 1);
INSERT INTO rollup_value VALUES (19845, 1, 101, 21, 0, 1);
INSERT INTO rollup_value VALUES (19845, 1, 102, 24, 0, 1);
INSERT INTO rollup_value VALUES (19845, 1, 103, 25, 0, 1);
INSERT INTO schema_history VALUES (1, 'first', 1795819577803503);
CREATE INDEX source_inode ON source (inode, device);
CREATE INDEX source_path ON source (path);
CREATE INDEX quarantine_source ON quarantine (source_id, record);
CREATE INDEX quarantine_unterminated ON quarantine (source_id) WHERE reason = 'unterminated';
CREATE INDEX session_time ON session (started_us, span_us);
CREATE INDEX session_sensor_time ON session (sensor_id, started_us);
CREATE INDEX session_flagged ON session (started_us) WHERE vt_flagged = 1 OR dshield_flagged = 1;
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
CREATE VIEW session_activity AS
SELECT
    s.session_key,
    1 + j.key + (
        SELECT coalesce(sum(q.activity_count), 0)
        FROM session_part AS q
        WHERE q.part_id BETWEEN s.session_key << 20 AND (s.session_key << 20) + 1048575 AND q.first_us < p.first_us
    ) AS seq,
    p.first_us + json_extract(j.value, '$[1]') AS at_us,
    k.name AS kind,
    (SELECT value FROM text WHERE text_id = json_extract(j.value, CASE WHEN k.kind <= 2 THEN '$[4]' ELSE '$[2]' END)) AS value,
    (SELECT value FROM text WHERE text_id = json_extract(j.value, CASE WHEN k.kind <= 2 THEN '$[2]' ELSE '$[4]' END)) AS username,
    CASE WHEN k.kind <= 2 THEN (SELECT value FROM text WHERE text_id = json_extract(j.value, '$[3]')) END AS password,
    CASE WHEN k.kind > 2 THEN (SELECT value FROM text WHERE text_id = json_extract(j.value, '$[3]')) END AS shasum
FROM session AS s
JOIN session_part AS p ON p.part_id BETWEEN s.session_key << 20 AND (s.session_key << 20) + 1048575
JOIN json_each(p.activities) AS j
JOIN activity_kind AS k ON k.kind = json_extract(j.value, '$[0]');
PRAGMA application_id = 1397052243;
PRAGMA user_version = 1;
