-- Puts the new state of a session in place of the old one; parameters as in session.sql. Sensor and id never change.
INSERT INTO session (
    session_key, sensor_id, session_id, matcher, delimiters,
    src_ip_id, src_port, dst_ip_id, dst_port, protocol_id,
    started_us, span_us, closed_ms,
    event_count, command_count, command_failed_count, command_success_count,
    login_failed_count, login_success_count, download_count, download_failed_count, upload_count,
    tcpip_request_count, client_version_id, hassh_id, vt_flagged, dshield_flagged, evidence
) VALUES (
    :session_key, :sensor_id, :session_id, :matcher, :delimiters,
    :src_ip_id, :src_port, :dst_ip_id, :dst_port, :protocol_id,
    :started_us, :span_us, :closed_ms,
    :event_count, :command_count, :command_failed_count, :command_success_count,
    :login_failed_count, :login_success_count, :download_count, :download_failed_count, :upload_count,
    :tcpip_request_count, :client_version_id, :hassh_id, :vt_flagged, :dshield_flagged, :evidence
)
ON CONFLICT (session_key) DO UPDATE SET
    matcher = excluded.matcher,
    delimiters = excluded.delimiters,
    src_ip_id = excluded.src_ip_id,
    src_port = excluded.src_port,
    dst_ip_id = excluded.dst_ip_id,
    dst_port = excluded.dst_port,
    protocol_id = excluded.protocol_id,
    started_us = excluded.started_us,
    span_us = excluded.span_us,
    closed_ms = excluded.closed_ms,
    event_count = excluded.event_count,
    command_count = excluded.command_count,
    command_failed_count = excluded.command_failed_count,
    command_success_count = excluded.command_success_count,
    login_failed_count = excluded.login_failed_count,
    login_success_count = excluded.login_success_count,
    download_count = excluded.download_count,
    download_failed_count = excluded.download_failed_count,
    upload_count = excluded.upload_count,
    tcpip_request_count = excluded.tcpip_request_count,
    client_version_id = excluded.client_version_id,
    hassh_id = excluded.hassh_id,
    vt_flagged = excluded.vt_flagged,
    dshield_flagged = excluded.dshield_flagged,
    evidence = excluded.evidence
