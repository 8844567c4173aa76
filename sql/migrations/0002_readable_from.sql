-- 0002: each migration records the oldest schema whose programs can read what it leaves.
-- readable_from: 1
ALTER TABLE schema_history ADD COLUMN readable_from INTEGER NOT NULL DEFAULT 1;
