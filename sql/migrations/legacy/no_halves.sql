-- Of a form that joined no halves: no source ends with one.
ALTER TABLE was_source ADD COLUMN half_bytes INTEGER NOT NULL DEFAULT 0;
