"""sesscore: every session of a Cowrie honeypot's JSON logs, counted once, in one SQLite file."""

__version__ = "0.1.0"
