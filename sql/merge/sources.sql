-- The sources of a database with their ledgers. Columns: those of store/known_sources.sql, then those of the ledger.
SELECT
    s.source_id, s.origin, s.path, s.device, s.inode, s.stored_bytes, s.modified_ns, s.compression, s.sensor, s.head_hash,
    s.head_bytes, s.offset, s.tail_hash, s.tail_bytes, s.records, s.line_open, s.lead_bytes, s.lead_records, s.half_bytes,
    s.pending_bytes, s.state, s.damage,
    coalesce(l.lines, 0), coalesce(l.events, 0), coalesce(l.duplicates, 0), coalesce(l.sessionless, 0),
    coalesce(l.quarantined, 0), coalesce(l.blank, 0)
FROM source AS s
LEFT JOIN ledger AS l ON l.source_id = s.source_id
WHERE :origin IS NULL OR s.origin = :origin
ORDER BY s.source_id
