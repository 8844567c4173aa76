-- The later table of sessions, counted as that tool did. matcher is the sensor there. What came from other services, was
-- made of commands and keys, or says when a row was written, is not known: NULL.
CREATE VIEW session_summaries /* sesscore compat: datagen24 */ AS
SELECT
    m.session_id,
    m.src_ip AS source_ip,
    strftime('%Y-%m-%d %H:%M:%S', (m.started_us - (m.started_us % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06d', (m.started_us % 1000000 + 1000000) % 1000000) AS first_event_at,
    strftime('%Y-%m-%d %H:%M:%S', (m.ended_us - (m.ended_us % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
    || printf('.%06d', (m.ended_us % 1000000 + 1000000) % 1000000) AS last_event_at,
    m.event_count,
    m.command_count + m.command_failed_count + m.command_success_count AS command_count,
    m.download_count + m.download_failed_count + m.upload_count AS file_downloads,
    m.login_failed_count + m.login_success_count AS login_attempts,
    NULL AS ssh_key_injections,
    NULL AS unique_ssh_keys,
    m.vt_flagged,
    m.dshield_flagged,
    NULL AS risk_score,
    m.sensor AS matcher,
    (
        SELECT json_group_array(path) FROM (
            SELECT s.path FROM session_origin AS o
            JOIN source AS s ON s.source_id = o.source_id
            WHERE o.session_key = m.session_key
            ORDER BY s.path
        )
    ) AS source_files,
    NULL AS ssh_key_fingerprint,
    NULL AS password_hash,
    NULL AS command_signature,
    NULL AS snapshot_asn,
    NULL AS snapshot_country,
    NULL AS snapshot_ip_type,
    NULL AS enrichment,
    NULL AS enrichment_at,
    NULL AS created_at,
    NULL AS updated_at
FROM session_metrics AS m
