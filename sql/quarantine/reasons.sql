-- How much was quarantined, by reason.
-- Parameters: reason, source; NULL sets no bound. A source is a path, the end of one, or # and its number.
-- Columns: reason, records, rows.
SELECT q.reason, sum(q.records) AS records, count(*) AS rows
FROM quarantine AS q
LEFT JOIN source AS s ON s.source_id = q.source_id
WHERE (:reason IS NULL OR q.reason = :reason)
    AND (
        :source IS NULL OR s.path = :source OR '#' || q.source_id = :source
        OR substr(s.path, -length(:source) - 1) = '/' || :source
    )
GROUP BY q.reason
ORDER BY records DESC, q.reason;
