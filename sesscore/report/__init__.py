"""Reports: what is asked of a database, and for which time."""
