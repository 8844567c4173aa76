-- The older table of files: downloads and uploads, with URLs defanged as that tool did. src_ip: the host in the URL.
-- Where a download was written to is not kept; what came from other services, and when a row was added, is not known: NULL.
CREATE VIEW files /* sesscore compat: jslagrew */ AS
SELECT
    session,
    replace(replace(url, '.', '[.]'), '://', '[://]') AS download_url,
    hash,
    file_path,
    NULL AS vt_description,
    NULL AS vt_threat_classification,
    NULL AS vt_first_submission,
    NULL AS vt_hits,
    nullif(CASE
        WHEN host LIKE '[%' THEN substr(host, 1, instr(host, ']')) -- IPv6
        WHEN instr(host, ':') > 0 THEN substr(host, 1, instr(host, ':') - 1)
        ELSE host
    END, '') AS src_ip,
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
    transfer_method,
    NULL AS added,
    hostname
FROM (
    SELECT
        session,
        url,
        hash,
        file_path,
        CASE WHEN instr(rest, '/') > 0 THEN substr(rest, 1, instr(rest, '/') - 1) ELSE rest END AS host,
        transfer_method,
        hostname
    FROM (
        SELECT
            m.session_id AS session,
            CASE WHEN a.kind = 'download' THEN a.value END AS url,
            CASE WHEN a.kind = 'download' AND instr(a.value, '://') > 0 THEN substr(a.value, instr(a.value, '://') + 3) END AS rest,
            a.shasum AS hash,
            CASE WHEN a.kind = 'upload' THEN a.value END AS file_path,
            CASE WHEN a.kind = 'download' THEN 'DOWNLOAD' ELSE 'UPLOAD' END AS transfer_method,
            m.sensor AS hostname
        FROM session_activity AS a
        JOIN session_metrics AS m ON m.session_key = a.session_key
        WHERE a.kind IN ('download', 'upload')
    )
)
