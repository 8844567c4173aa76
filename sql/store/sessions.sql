-- Stores new sessions.
INSERT INTO session (
    session_key, sensor_id, session_id, matcher, delimiters,
    src_ip_id, src_port, dst_ip_id, dst_port, protocol_id,
    started_us, span_us, closed_ms,
    event_count, command_count, command_failed_count, command_success_count,
    login_failed_count, login_success_count, download_count, download_failed_count, upload_count,
    tcpip_request_count, client_version_id, hassh_id, vt_flagged, dshield_flagged, evidence,
    source_id, first_record, record_span, source_events, part_us, activity_count, activities, events
)
SELECT
    session_key, sensor_id, session_id, matcher, delimiters,
    src_ip_id, src_port, dst_ip_id, dst_port, protocol_id,
    started_us, span_us, closed_ms,
    event_count, command_count, command_failed_count, command_success_count,
    login_failed_count, login_success_count, download_count, download_failed_count, upload_count,
    tcpip_request_count, client_version_id, hassh_id, vt_flagged, dshield_flagged, evidence,
    source_id, first_record, record_span, source_events, part_us, activity_count, activities, events
FROM folded_session
