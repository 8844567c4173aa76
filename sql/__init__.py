"""Every SQL statement of sesscore, one a file; read through `sesscore.queries`."""
