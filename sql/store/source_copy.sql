-- Remembers a file that is a copy of a source.
INSERT INTO source_copy (device, inode, stored_bytes, modified_ns, source_id)
VALUES (:device, :inode, :stored_bytes, :modified_ns, :source_id)
ON CONFLICT (device, inode) DO UPDATE SET
    stored_bytes = excluded.stored_bytes,
    modified_ns = excluded.modified_ns,
    source_id = excluded.source_id
