-- The source that a file was found to be a copy of. Columns as in known_sources.sql.
SELECT
    s.source_id, s.origin, s.path, s.device, s.inode, s.stored_bytes, s.modified_ns, s.compression, s.sensor, s.head_hash,
    s.head_bytes, s.offset, s.tail_hash, s.tail_bytes, s.records, s.line_open, s.lead_bytes, s.lead_records, s.half_bytes,
    s.pending_bytes, s.state, s.damage
FROM source_copy AS c
JOIN source AS s ON s.source_id = c.source_id
WHERE c.device = :device AND c.inode = :inode AND c.stored_bytes = :stored_bytes AND c.modified_ns = :modified_ns
