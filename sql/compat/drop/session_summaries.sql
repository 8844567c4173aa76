-- Takes away the view of an older tool's table `session_summaries`; asked only of one that db compat made.
DROP VIEW session_summaries
