-- Takes away what ANALYZE has counted: plans go by it, however the database has grown since.
DROP TABLE IF EXISTS sqlite_stat1
