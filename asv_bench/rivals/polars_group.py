"""polars, lazy: what duckdb_group.py finds, straight from the log; nothing is stored.

Arguments: the log, the number of threads. The schema names two columns, which spares polars from guessing the others.
"""

import os
import sys


def main(log: str, threads: str) -> None:
    """Prints the number of sessions."""
    os.environ["POLARS_MAX_THREADS"] = threads  # is read at the import
    import polars as pl

    events = pl.scan_ndjson(log, schema={"session": pl.String, "timestamp": pl.String})
    sessions = events.group_by("session").agg(
        pl.len().alias("events"),
        pl.col("timestamp").min().alias("started"),
        pl.col("timestamp").max().alias("ended"),
    )
    print(sessions.collect().height)


main(*sys.argv[1:])
