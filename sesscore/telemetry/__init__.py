"""What a run says of itself while it works: live figures, documents made of them, and those who get the documents.

    work (ingest, migrations, verify, backup, reports)
      → run.py        the live figures of one run: cheap to set, from any thread
      → document.py   one document of all of them (`sesscore.status/1`); rates.py and times.py do its sums
      → beat.py       a thread that makes one each interval and at each change, for the sinks
      → sinks.py      what a sink is: a status file, a terminal, hooks, …

What reads documents again: reading.py and standing.py for `sesscore status`, vitals.py for benchmarks and campaigns.

Nothing flows back. Work knows no sink, and a sink knows no work.
"""
