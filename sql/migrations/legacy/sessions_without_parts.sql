-- Of the form with all parts in a table, as part_id = session_key * 2^20 + number: the one with the lowest number becomes the first part.
-- All sources of a session stay in session_source.
INSERT INTO session
SELECT
    s.session_key, s.sensor_id, s.session_id, s.matcher, s.delimiters,
    s.src_ip_id, s.src_port, s.dst_ip_id, s.dst_port, s.protocol_id,
    s.started_us, s.span_us, s.closed_ms,
    s.event_count, s.command_count, s.command_failed_count, s.command_success_count,
    s.login_failed_count, s.login_success_count, s.download_count, s.download_failed_count, s.upload_count,
    s.tcpip_request_count, s.client_version_id, s.hassh_id, s.vt_flagged, s.dshield_flagged, evidence_in_bits(s.evidence),
    NULL, NULL, NULL, NULL,
    p.first_us - s.started_us, p.activity_count, p.activities, p.events
FROM was_session AS s
JOIN was_session_part AS p ON p.part_id = (
    SELECT min(part_id) FROM was_session_part WHERE part_id BETWEEN s.session_key << 20 AND (s.session_key << 20) + 1048575
);

INSERT INTO session_part
SELECT p.part_id >> 20, p.part_id & 1048575, p.first_us, p.activity_count, p.activities, p.events
FROM was_session_part AS p
WHERE EXISTS (
    SELECT 1 FROM was_session_part AS lower WHERE lower.part_id < p.part_id AND lower.part_id >= p.part_id >> 20 << 20
);
