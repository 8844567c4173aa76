"""What each report must say, computed from the raw logs in plain Python: the oracle of the reports.

It shares no code with the program but `sesscore/recount*.py`, by which records become distinct events and sessions;
everything above that, to the last figure of a JSON section, is worked out here once more. README.md beside this file
says in words what is meant by each figure.

    times.py         days, weeks, months, moments, averages
    logs.py          paths → distinct events and sessions
    selection.py     logs, a period, a sensor → what a report is about
    counting.py      counts of values, their days, their order
    …                a file for each family of reports
    oracle.py        the reports by name
    same.py          a document beside what it should be
    material.py      logs and periods to try
"""

from figures.logs import Logs, read_logs
from figures.oracle import REPORTS, expected, frame
from figures.same import FRAME, difference, same

__all__ = ["FRAME", "REPORTS", "Logs", "difference", "expected", "frame", "read_logs", "same"]
