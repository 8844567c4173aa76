-- What sessions did that began in a period, packed, in the order of the index by time: a page of sessions.
-- Parameters: after_us, after_span, after_key: the session before the page; until_us; sensor_id: NULL for all; size.
-- Columns: started_us, span_us, session_key, first_us, activities of its first part; more: whether it has further parts.
SELECT
    s.started_us,
    s.span_us,
    s.session_key,
    s.started_us + s.part_us AS first_us,
    s.activities,
    EXISTS (SELECT 1 FROM session_part AS p WHERE p.session_key = s.session_key) AS more
FROM session AS s
WHERE (s.started_us, s.span_us, s.session_key) > (:after_us, :after_span, :after_key)
    AND s.started_us < :until_us
    AND (:sensor_id IS NULL OR s.sensor_id = :sensor_id)
ORDER BY s.started_us, s.span_us, s.session_key
LIMIT :size
