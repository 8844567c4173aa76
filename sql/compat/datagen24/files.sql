-- The later table of files: each hash once a session, of downloads only. Names and sizes are not kept: NULL.
CREATE VIEW files /* sesscore compat: datagen24 */ AS
SELECT
    m.session_id,
    a.shasum,
    NULL AS filename,
    NULL AS file_size,
    min(a.value) AS download_url,
    NULL AS enrichment_status
FROM session_activity AS a
JOIN session_metrics AS m ON m.session_key = a.session_key
WHERE a.kind = 'download' AND a.shasum IS NOT NULL
GROUP BY a.session_key, a.shasum
