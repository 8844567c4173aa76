-- Sessions in the database.
SELECT coalesce(sum(sessions), 0) FROM rollup_session
