-- Takes away the view of an older tool's table `sessions`; asked only of one that db compat made.
DROP VIEW sessions
