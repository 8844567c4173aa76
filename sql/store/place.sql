-- Stores where a source lies now; nothing of it was read.
UPDATE source
SET
    path = :path,
    device = :device,
    inode = :inode,
    stored_bytes = :stored_bytes,
    modified_ns = :modified_ns,
    compression = :compression
WHERE source_id = :source_id
