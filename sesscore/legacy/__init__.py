"""Databases of before schema 1 was settled: it was changed in place, and what was made by then is brought up, too."""
