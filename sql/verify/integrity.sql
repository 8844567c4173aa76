-- What SQLite finds wrong with the file: one row, `ok`, if nothing.
PRAGMA integrity_check(5);
