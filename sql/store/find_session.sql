-- A session as the fold takes it up: columns as in sessions.sql, the texts of its first part last.
SELECT
    session_key, sensor_id, session_id, matcher, delimiters,
    src_ip_id, src_port, dst_ip_id, dst_port, protocol_id,
    started_us, span_us, closed_ms,
    event_count, command_count, command_failed_count, command_success_count,
    login_failed_count, login_success_count, download_count, download_failed_count, upload_count,
    tcpip_request_count, client_version_id, hassh_id, vt_flagged, dshield_flagged, evidence,
    part_us, activity_count, events, source_id, first_record, record_span, source_events, activities
FROM session
WHERE session_key = :session_key
