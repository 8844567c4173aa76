"""`sesscore doctor`: what the program, the machine, the settings and the database are, and what is wrong with them.

Each section is a module that tells facts and findings. They change nothing, and each is imported when its turn comes,
so that one that cannot be is a finding, too.
"""
