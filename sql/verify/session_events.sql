-- Sessions that have another number of events than came from their sources.
-- Columns: place, what, stated, found.
SELECT
    'session #' || s.session_key AS place,
    'event_count' AS what,
    s.event_count AS stated,
    coalesce(sum(o.events), 0) AS found
FROM session AS s
LEFT JOIN session_origin AS o ON o.session_key = s.session_key
GROUP BY s.session_key
HAVING s.event_count <> coalesce(sum(o.events), 0);
