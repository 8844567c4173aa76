-- The content of the database in canonical order: a row for each part of each session.
-- Columns: session_key, first_us, activities, then those of the session that the content hash covers.
-- One sort carries all: a million events take a second. Looking up the parts session by session takes twice that.
SELECT
    m.session_key,
    p.first_us,
    p.activities,
    m.sensor,
    m.session_id,
    m.match_type,
    m.src_ip,
    m.src_port,
    m.dst_ip,
    m.dst_port,
    m.protocol,
    m.started_us,
    m.ended_us,
    m.duration_ms,
    m.event_count,
    m.command_count,
    m.command_failed_count,
    m.login_failed_count,
    m.login_success_count,
    m.download_count,
    m.upload_count,
    m.client_version,
    m.hassh
FROM session_metrics AS m
LEFT JOIN part AS p ON p.session_key = m.session_key
ORDER BY m.sensor, m.session_id, m.started_us, m.session_key, p.first_us;
