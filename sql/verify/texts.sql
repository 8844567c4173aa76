-- Sessions and roll-ups that refer to a text that is not in the dictionary.
-- Columns: place, what, stated, found.
WITH used (place, text_id) AS (
    SELECT 'session #' || session_key, src_ip_id FROM session
    UNION ALL
    SELECT 'session #' || session_key, dst_ip_id FROM session
    UNION ALL
    SELECT 'session #' || session_key, protocol_id FROM session
    UNION ALL
    SELECT 'session #' || session_key, client_version_id FROM session
    UNION ALL
    SELECT 'session #' || session_key, hassh_id FROM session
    UNION ALL
    SELECT 'rollup_event of day ' || day, eventid_id FROM rollup_event
    UNION ALL
    SELECT 'rollup_value of day ' || day, a FROM rollup_value WHERE kind <> 104
    UNION ALL
    SELECT 'rollup_value of day ' || day, b FROM rollup_value
)
SELECT place, 'text' AS what, text_id AS stated, NULL AS found
FROM used
WHERE text_id <> 0 AND text_id NOT IN (SELECT text_id FROM text);
