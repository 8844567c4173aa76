-- Sessions that began in a period, with the ids of their texts, in the order of the index by time: a page of them.
-- Parameters: after_us, after_span, after_key: the session before the page; until_us; sensor_id: NULL for all; size.
SELECT
    s.session_key,
    s.sensor_id,
    s.session_id,
    CASE WHEN s.matcher <> 1 THEN 3 WHEN s.delimiters = 3 THEN 1 ELSE 2 END AS match_type,
    s.src_ip_id,
    s.src_port,
    s.dst_ip_id,
    s.dst_port,
    s.protocol_id,
    s.started_us,
    s.span_us,
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
    s.client_version_id,
    s.hassh_id,
    s.matcher,
    s.vt_flagged,
    s.dshield_flagged
FROM session AS s
WHERE (s.started_us, s.span_us, s.session_key) > (:after_us, :after_span, :after_key)
    AND s.started_us < :until_us
    AND (:sensor_id IS NULL OR s.sensor_id = :sensor_id)
ORDER BY s.started_us, s.span_us, s.session_key
LIMIT :size
