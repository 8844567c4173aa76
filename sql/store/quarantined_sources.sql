-- Sources with records in quarantine. Columns as in known_sources.sql.
SELECT
    source_id, origin, path, device, inode, stored_bytes, modified_ns, compression, sensor, head_hash, head_bytes,
    offset, tail_hash, tail_bytes, records, line_open, lead_bytes, lead_records, half_bytes, pending_bytes, state, damage
FROM source
WHERE source_id IN (SELECT source_id FROM quarantine)
ORDER BY source_id
