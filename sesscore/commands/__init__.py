"""One command of the command line a file. What they need to work is imported when they run."""
