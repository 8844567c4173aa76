-- The older table of commands: what was typed, as it was typed.
CREATE VIEW commands /* sesscore compat: jslagrew */ AS
SELECT
    m.session_id AS session,
    a.value AS command,
    a.at_us / 1000000.0 AS timestamp,
    NULL AS added,
    m.sensor AS hostname
FROM session_activity AS a
JOIN session_metrics AS m ON m.session_key = a.session_key
WHERE a.kind = 'command'
