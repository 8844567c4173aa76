-- Sources that begin like a file and were read no further than it goes: at most four, those read furthest first. Columns as in known_sources.sql.
SELECT
    source_id, origin, path, device, inode, stored_bytes, modified_ns, compression, sensor, head_hash, head_bytes,
    offset, tail_hash, tail_bytes, records, line_open, lead_bytes, lead_records, half_bytes, pending_bytes, state, damage
FROM source
WHERE head_hash = :head_hash AND offset <= :size
ORDER BY offset DESC
LIMIT 4
