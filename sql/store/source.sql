-- Stores where reading a source stands.
INSERT INTO source (
    source_id, origin, path, device, inode, stored_bytes, modified_ns, compression, sensor, head_hash, head_bytes,
    offset, tail_hash, tail_bytes, records, line_open, lead_bytes, lead_records, half_bytes, pending_bytes, state, damage
) VALUES (
    :source_id, :origin, :path, :device, :inode, :stored_bytes, :modified_ns, :compression, :sensor, :head_hash, :head_bytes,
    :offset, :tail_hash, :tail_bytes, :records, :line_open, :lead_bytes, :lead_records, :half_bytes, :pending_bytes, :state, :damage
)
ON CONFLICT (source_id) DO UPDATE SET
    path = excluded.path,
    device = excluded.device,
    inode = excluded.inode,
    stored_bytes = excluded.stored_bytes,
    modified_ns = excluded.modified_ns,
    compression = excluded.compression,
    head_hash = excluded.head_hash,
    head_bytes = excluded.head_bytes,
    offset = excluded.offset,
    tail_hash = excluded.tail_hash,
    tail_bytes = excluded.tail_bytes,
    records = excluded.records,
    line_open = excluded.line_open,
    lead_bytes = excluded.lead_bytes,
    lead_records = excluded.lead_records,
    half_bytes = excluded.half_bytes,
    pending_bytes = excluded.pending_bytes,
    state = excluded.state,
    damage = excluded.damage
RETURNING source_id
