-- The sessions of an id that touch one of the days (a JSON array); columns as in sessions.sql, without activities.
SELECT DISTINCT
    s.session_key, s.sensor_id, s.session_id, s.matcher, s.delimiters,
    s.src_ip_id, s.src_port, s.dst_ip_id, s.dst_port, s.protocol_id,
    s.started_us, s.span_us, s.closed_ms,
    s.event_count, s.command_count, s.command_failed_count, s.command_success_count,
    s.login_failed_count, s.login_success_count, s.download_count, s.download_failed_count, s.upload_count,
    s.tcpip_request_count, s.client_version_id, s.hassh_id, s.vt_flagged, s.dshield_flagged, s.evidence,
    s.part_us, s.activity_count, s.events
FROM json_each(:days) AS days
CROSS JOIN session_day AS d ON d.day = days.value AND d.sensor_id = :sensor_id AND d.session_id = :session_id
JOIN session AS s ON s.session_key = d.session_key
