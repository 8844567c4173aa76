-- Sources that a file may be, by the hints path and inode: at most eight, first the one that both point to, then the newest.
SELECT
    source_id, origin, path, device, inode, stored_bytes, modified_ns, compression, sensor, head_hash, head_bytes,
    offset, tail_hash, tail_bytes, records, line_open, lead_bytes, lead_records, half_bytes, pending_bytes, state, damage
FROM source
WHERE path = :path OR (inode = :inode AND device = :device)
ORDER BY (path = :path AND inode = :inode AND device = :device) DESC, source_id DESC
LIMIT 8
