-- Takes away the view of an older tool's table `files`; asked only of one that db compat made.
DROP VIEW files
