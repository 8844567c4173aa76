"""Every report, beside DuckDB that answers the same question from its own stored tables, in turns in one process.

    python asv_bench/report_race.py [--events N | --log FILE] [--days N] [--runs N] [--markdown] [--json FILE]

Own time: from opening the database to the last byte of JSON; Python and its modules have started. A week is the last
one of the log. DuckDB reads the events that rivals/duckdb_store.py stored, with as many threads as there are cores, and
makes lists of as many rows; where no statement is named below, it has no part in the report.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from contenders import ingest, rival
from logs import make_log
from machine import describe
from tables import show, write_json

from sesscore.formats import Look, pieces
from sesscore.report.period import Period
from sesscore.report.registry import report, shipped
from sesscore.report.snapshot import Snapshot, made
from sesscore.snapshot import one_state
from sesscore.store import open_for_reading

SCHEMA = "sesscore.report_race/1"
COLUMNS = ("report", "week ms", "all ms", "bytes", "DuckDB week ms", "DuckDB all ms", "all ×")
WEEK_US = 7 * 86_400_000_000

_IN = "timestamp >= make_timestamp(?) AND timestamp < make_timestamp(?)"
_COMMAND = f"eventid = 'cowrie.command.input' AND {_IN}"
_LOGIN = f"eventid IN ('cowrie.login.failed', 'cowrie.login.success') AND {_IN}"
_BROUGHT = f"eventid IN ('cowrie.session.file_download', 'cowrie.session.file_upload') AND {_IN}"
_BEGAN = "started >= make_timestamp(?) AND started < make_timestamp(?)"


def _top(columns: str, table: str, where: str) -> str:
    return f"SELECT {columns}, count(*) AS n FROM {table} WHERE {where} GROUP BY {columns} ORDER BY n DESC LIMIT 50"


BOUNDED = ("diff",)  # has nothing to compare with if it is of all time

# The same questions, in DuckDB's words. Each statement takes the bounds of the period, once for each time it asks.
QUESTIONS: dict[str, Sequence[str]] = {
    "summary": (
        f"SELECT eventid, count(*), min(timestamp), max(timestamp) FROM events WHERE {_IN} GROUP BY eventid",
        f"SELECT protocol, count(*) FROM sessions WHERE {_BEGAN} GROUP BY protocol",
        _top("src_ip", "sessions", _BEGAN),
        _top("client_version", "sessions", _BEGAN),
        _top("username, password", "events", _LOGIN),
        _top("input", "events", _COMMAND),
        _top("shasum", "events", _BROUGHT),
    ),
    "commands": (
        f"SELECT count(*), count(DISTINCT input) FROM events WHERE {_COMMAND}",
        f"SELECT input, count(*) AS n, min(timestamp::DATE), max(timestamp::DATE), count(DISTINCT timestamp::DATE)"
        f" FROM events WHERE {_COMMAND} GROUP BY input ORDER BY n DESC LIMIT 50",
    ),
    "credentials": (
        "SELECT count(*), count(DISTINCT (username, password)), count(DISTINCT username), count(DISTINCT password)"
        f" FROM events WHERE {_LOGIN}",
        _top("username, password", "events", _LOGIN),
        _top("username", "events", _LOGIN),
        _top("password", "events", _LOGIN),
    ),
    "sources": (
        f"SELECT count(*), count(DISTINCT src_ip) FROM sessions WHERE {_BEGAN}",
        "SELECT src_ip, count(*) AS n, sum(login_failed), sum(login_success), sum(commands), sum(downloads),"
        " sum(uploads), min(started), max(ended), count(DISTINCT started::DATE)"
        f" FROM sessions WHERE {_BEGAN} GROUP BY src_ip ORDER BY n DESC LIMIT 50",
    ),
    "files": (_top("shasum, eventid", "events", _BROUGHT), _top("shasum, url", "events", _BROUGHT)),
    "clients": (_top("client_version", "sessions", _BEGAN), _top("hassh", "sessions", _BEGAN)),
    "timeline": (
        f"SELECT timestamp::DATE AS day, eventid, count(*) FROM events WHERE {_IN} GROUP BY ALL ORDER BY day",
        f"SELECT started::DATE AS day, count(*) FROM sessions WHERE {_BEGAN} GROUP BY ALL ORDER BY day",
    ),
    "daily": (
        f"SELECT timestamp::DATE AS day, eventid, count(*) FROM events WHERE {_IN} GROUP BY ALL ORDER BY day",
        "SELECT started::DATE AS day, count(*), count(DISTINCT src_ip), avg(commands), max(commands), min(commands)"
        f" FROM sessions WHERE {_BEGAN} GROUP BY ALL ORDER BY day",
        "SELECT timestamp::DATE AS day, count(DISTINCT username), count(DISTINCT password)"
        f" FROM events WHERE {_LOGIN} GROUP BY ALL ORDER BY day",
        f"SELECT timestamp::DATE AS day, count(DISTINCT input) FROM events WHERE {_COMMAND} GROUP BY ALL ORDER BY day",
    ),
}


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0))


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table."""
    options = parse(arguments)
    with tempfile.TemporaryDirectory(prefix="sesscore-reports-", dir=options.folder) as name:
        folder = Path(name)
        log = Path(options.log) if options.log else make_log(folder / "log.json", options.events, days=options.days)
        ours, theirs = folder / "s.db", folder / "duck.db"
        subprocess.run(ingest(str(ours), str(log)), check=True, stdout=subprocess.DEVNULL)
        subprocess.run(rival("duckdb_store", log, theirs, cores()), check=True, stdout=subprocess.DEVNULL)
        periods = last_week(ours), Period()
        figures = [time_report(one, ours, theirs, periods, options.runs) for one in options.reports or shipped()]
        size = ours.stat().st_size / 1e6
        about = {**describe("duckdb"), "log": f"{log.stat().st_size / 1e6:,.0f} MB", "database": f"{size:,.0f} MB"}
    about["runs"] = f"{options.runs}, alternating, after one that does not count; medians"
    show(about, COLUMNS, [row(one) for one in figures], markdown=options.markdown)
    write_json(options.json, {"schema": SCHEMA, "about": about, "reports": figures})
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("reports", nargs="*", help="names (default: all)")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--events", type=int, default=1_000_000, help="of a log made here (default: a million)")
    source.add_argument("--log", metavar="FILE", help="a log that is there already")
    parser.add_argument("--days", type=int, default=1, help="that a log made here covers")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--folder", help="for logs and databases (default: the system's for temporary files)")
    parser.add_argument("--markdown", action="store_true", help="print what docs/performance.md holds")
    parser.add_argument("--json", metavar="FILE", help="write every figure")
    return parser.parse_args(arguments)


def last_week(database: Path) -> Period:
    """The seven days that end with the day of the last event."""
    with open_for_reading(database) as opened:
        last = opened.connection.execute("SELECT max(day) FROM rollup_event").get
    end = (int(last) + 1) * (WEEK_US // 7)
    return Period(end - WEEK_US, end)


def time_report(name: str, ours: Path, theirs: Path, periods: Sequence[Period], runs: int) -> dict[str, Any]:
    """Milliseconds of both, for a week and for all."""
    import duckdb

    duck = duckdb.connect(str(theirs), read_only=True, config={"threads": cores()})
    found: dict[str, Any] = {"report": name}
    for label, period in zip(("week", "all"), periods, strict=True):
        if name in BOUNDED and period.since_us is None:
            continue
        own: list[float] = []
        other: list[float] = []
        for turn in range(runs + 1):
            taken, size = seconds(partial(printed, name, ours, period))
            rival_taken, _ = seconds(partial(asked, duck, name, period))
            if turn:
                own.append(taken)
                other.append(rival_taken)
        found |= {f"{label}_ms": 1000 * statistics.median(own), "bytes": size}
        if name in QUESTIONS:
            found[f"duckdb_{label}_ms"] = 1000 * statistics.median(other)
    duck.close()
    return found


def seconds(work: Callable[[], int]) -> tuple[float, int]:
    """How long it takes, and what it returns."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def printed(name: str, database: Path, period: Period) -> int:
    """Makes and renders a report, piece by piece. Returns its bytes."""
    with open_for_reading(database) as opened, one_state(opened.connection):
        document = made(Snapshot(opened.connection, report(name), period))
        return sum(map(len, pieces(document, "json", Look())))


def asked(duck: Any, name: str, period: Period) -> int:
    """Has DuckDB answer. Returns the number of rows."""
    rows = 0
    bounds = [period.since_us or 0, period.until_us or 1 << 52]
    for statement in QUESTIONS.get(name, ()):
        rows += len(duck.execute(statement, bounds * (statement.count("?") // 2)).fetchall())
    return rows


def row(figures: dict[str, Any]) -> tuple[str, ...]:
    def shown(key: str) -> str:
        return f"{figures[key]:,.1f}" if key in figures else ""

    both = "all_ms" in figures and "duckdb_all_ms" in figures
    ratio = f"{figures['all_ms'] / figures['duckdb_all_ms']:.2f}" if both else ""
    return (
        figures["report"],
        shown("week_ms"),
        shown("all_ms"),
        f"{figures['bytes']:,}",
        shown("duckdb_week_ms"),
        shown("duckdb_all_ms"),
        ratio,
    )


if __name__ == "__main__":
    sys.exit(main())
