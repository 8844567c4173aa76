-- Takes away the samples that ANALYZE has taken, where SQLite was built to take some.
DROP TABLE IF EXISTS sqlite_stat4
