-- The older table of sessions: every session; user, password and time are those of its first login that succeeded.
-- What came from other services, and when a row was added, is not known: NULL.
CREATE VIEW sessions /* sesscore compat: jslagrew */ AS
SELECT
    m.session_id AS session,
    m.duration_ms / 1000.0 AS session_duration,
    m.protocol,
    CASE WHEN m.login_success_count > 0 THEN (
        SELECT a.username FROM session_activity AS a
        WHERE a.session_key = m.session_key AND a.kind = 'login_success' ORDER BY a.seq LIMIT 1
    ) END AS username,
    CASE WHEN m.login_success_count > 0 THEN (
        SELECT a.password FROM session_activity AS a
        WHERE a.session_key = m.session_key AND a.kind = 'login_success' ORDER BY a.seq LIMIT 1
    ) END AS password,
    CASE WHEN m.login_success_count > 0 THEN (
        SELECT a.at_us / 1000000.0 FROM session_activity AS a
        WHERE a.session_key = m.session_key AND a.kind = 'login_success' ORDER BY a.seq LIMIT 1
    ) END AS timestamp,
    m.src_ip AS source_ip,
    NULL AS urlhaus_tag,
    NULL AS asname,
    NULL AS ascountry,
    NULL AS spur_asn,
    NULL AS spur_asn_organization,
    NULL AS spur_organization,
    NULL AS spur_infrastructure,
    NULL AS spur_client_behaviors,
    NULL AS spur_client_proxies,
    NULL AS spur_client_types,
    NULL AS spur_client_count,
    NULL AS spur_client_concentration,
    NULL AS spur_client_countries,
    NULL AS spur_geospread,
    NULL AS spur_risks,
    NULL AS spur_services,
    NULL AS spur_location,
    NULL AS spur_tunnel_anonymous,
    NULL AS spur_tunnel_entries,
    NULL AS spur_tunnel_operator,
    NULL AS spur_tunnel_type,
    m.command_count + m.command_failed_count + m.command_success_count AS total_commands,
    NULL AS added,
    m.sensor AS hostname
FROM session_metrics AS m
