-- What could not be an event, in the order of its place.
-- Parameters: reason, source; NULL sets no bound. A source is a path, the end of one, or # and its number.
--             top: how many rows, -1 for all.
-- Columns: source_id, source, record, records, byte_offset, byte_length, reason, bytes.
SELECT
    q.source_id,
    s.path AS source,
    q.record,
    q.records,
    q.byte_offset,
    q.byte_length,
    q.reason,
    q.bytes
FROM quarantine AS q
LEFT JOIN source AS s ON s.source_id = q.source_id
WHERE (:reason IS NULL OR q.reason = :reason)
    AND (
        :source IS NULL OR s.path = :source OR '#' || q.source_id = :source
        OR substr(s.path, -length(:source) - 1) = '/' || :source
    )
ORDER BY q.source_id, q.record
LIMIT :top;
