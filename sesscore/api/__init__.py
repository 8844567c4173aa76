"""What `import sesscore` offers to programs (docs/python.md): a thin layer over what the commands use.

    database.py    a database that is open for questions: sessions, activities, reports, batches, verification
    state.py       each question sees one state, alone or in a snapshot; one connection, whatever threads ask
    asking.py      sessions and activities, page by page, by the statements of `report sessions` and `show`
    things.py      what they are given as: Session, Activity
    reports.py     a report, run at once; sections.py: what it is given as
    batches.py     the same as arrays of numpy, which is imported there only
    reading.py     ingest, in a thread that Ctrl-C does not tear apart; latest.py: its progress
    merging.py     merge; verifying.py: verify

Nothing of the rest of the package knows this one.
"""
