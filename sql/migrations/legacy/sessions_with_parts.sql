-- Of the form that has the first part in the row of the session, but not the first source: all stay in session_source.
INSERT INTO session
SELECT
    session_key, sensor_id, session_id, matcher, delimiters,
    src_ip_id, src_port, dst_ip_id, dst_port, protocol_id,
    started_us, span_us, closed_ms,
    event_count, command_count, command_failed_count, command_success_count,
    login_failed_count, login_success_count, download_count, download_failed_count, upload_count,
    tcpip_request_count, client_version_id, hassh_id, vt_flagged, dshield_flagged, evidence,
    NULL, NULL, NULL, NULL,
    part_us, activity_count, activities, events
FROM was_session;
INSERT INTO session_part SELECT * FROM was_session_part;
