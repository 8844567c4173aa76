-- Sessions with records of some sources (a JSON array of source_id). Columns: sensor; those of store/find_session.sql, but for the
-- source, which has another number here, and activities; then activities, source_id, first_record, last_record, source_events, and
-- whether there are further parts or sources.
SELECT
    n.name,
    s.session_key, s.sensor_id, s.session_id, s.matcher, s.delimiters,
    s.src_ip_id, s.src_port, s.dst_ip_id, s.dst_port, s.protocol_id,
    s.started_us, s.span_us, s.closed_ms,
    s.event_count, s.command_count, s.command_failed_count, s.command_success_count,
    s.login_failed_count, s.login_success_count, s.download_count, s.download_failed_count, s.upload_count,
    s.tcpip_request_count, s.client_version_id, s.hassh_id, s.vt_flagged, s.dshield_flagged, s.evidence,
    s.part_us, s.activity_count, s.events, NULL, NULL, NULL, NULL,
    s.activities, s.source_id, s.first_record, s.first_record + s.record_span, s.source_events,
    EXISTS (SELECT 1 FROM session_part AS p WHERE p.session_key = s.session_key)
    OR EXISTS (SELECT 1 FROM session_source AS o WHERE o.session_key = s.session_key)
    OR s.source_id IS NULL
FROM session AS s
JOIN sensor AS n ON n.sensor_id = s.sensor_id
WHERE s.source_id IN (SELECT value FROM json_each(:source_ids)) OR EXISTS (
    SELECT 1 FROM session_source AS o
    WHERE o.session_key = s.session_key AND o.source_id IN (SELECT value FROM json_each(:source_ids))
)
ORDER BY s.session_key
