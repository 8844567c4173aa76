-- Takes away the view of an older tool's table `commands`; asked only of one that db compat made.
DROP VIEW commands
