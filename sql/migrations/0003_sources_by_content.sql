-- 0003: sources are found by what they begin with, wherever they lie.
-- readable_from: 1

-- Sources with one first line, the one that was read furthest last.
CREATE INDEX source_head ON source (head_hash, offset);

-- Compressed files that hold nothing but what a source holds whose own file lies elsewhere. To know one again takes unpacking it, so it
-- is remembered by what changes when it is written. Hints: nothing is lost with them but time.
CREATE TABLE source_copy (
    device INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    source_id INTEGER NOT NULL REFERENCES source,
    PRIMARY KEY (device, inode)
) STRICT, WITHOUT ROWID;
