-- 0003: sources are found by what they begin with, wherever they lie.
-- readable_from: 1

-- Sources with one first line, the one that was read furthest last.
CREATE INDEX source_head ON source (head_hash, offset);

-- Files that hold nothing but what was read of a source whose own file lies elsewhere. The source goes on, and a packed copy would have
-- to be unpacked to know it again; so it is remembered by what changes when it is written. Hints: without them only time is lost.
CREATE TABLE source_copy (
    device INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    source_id INTEGER NOT NULL REFERENCES source,
    PRIMARY KEY (device, inode)
) STRICT, WITHOUT ROWID;
