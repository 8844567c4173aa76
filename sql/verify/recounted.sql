-- Every session with what a recount of the logs finds too: its columns, and its activities part by part.
-- Columns: session_key, first_us, activities, then those of the session.
SELECT
    m.session_key,
    p.first_us,
    p.activities,
    m.sensor,
    m.session_id,
    m.started_us,
    m.match_type,
    m.src_ip,
    m.src_port,
    m.dst_ip,
    m.dst_port,
    m.protocol,
    m.ended_us,
    m.duration_ms,
    m.event_count,
    m.command_count,
    m.command_failed_count,
    m.command_success_count,
    m.login_failed_count,
    m.login_success_count,
    m.download_count,
    m.download_failed_count,
    m.upload_count,
    m.tcpip_request_count,
    m.client_version,
    m.hassh,
    m.matcher
FROM session_metrics AS m
LEFT JOIN part AS p ON p.session_key = m.session_key
ORDER BY m.session_key, p.first_us;
