-- Takes away the view of an older tool's table `dead_letter_events`; asked only of one that db compat made.
DROP VIEW dead_letter_events
