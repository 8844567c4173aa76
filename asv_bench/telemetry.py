"""Whether what an ingest says of itself can be believed: watched from outside while it works, and checked at the end.

    python asv_bench/telemetry.py LOG [--case NAME …] [--interval S] [--folder F] [--markdown] [--json FILE]

The status file is looked at ten times a second. Every document must parse and be what its schema says, counters may
only grow and must equal the ledger in the end, percent may not fall within a phase, no document may come later than 5 s
after the one before, and in the second half of the run the time that is said to be left must be within 25 % of what
then really passed, or within a second of it. Needs jsonschema.

Cases: `log`, LOG as it is; `part`, its first gigabyte in one file; `line`, a line of a gigabyte; `open`, a million
events of 100,000 sessions that are all open from the beginning to the end.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from contenders import sesscore
from jsonschema import Draft202012Validator
from machine import describe, load
from tables import Row, show, write_json

from sesscore.telemetry.vitals import Vitals

SCHEMA = "sesscore.telemetry/1"
COLUMNS = (
    "case", "events", "wall s", "documents", "longest gap s", "ETA off by", "cost of telling", "transaction s, median",
    "99 %", "longest", "read ahead", "storing", "peak MB",
)  # fmt: skip
LOOK_SECONDS = 0.1
MOST_GAP_SECONDS = 5.0
ETA_WITHIN = 0.25
ETA_FLOOR_SECONDS = 1.0  # at the very end a document's interval is as long as what is left
PART_BYTES = 1_000_000_000
OPEN_SESSIONS, EVENTS_EACH = 100_000, 10

Document = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """What came of a case. eta_off: the largest of the second half, as a share. failures: what did not hold."""

    case: str
    events: int
    wall_seconds: float
    documents: int
    gap_seconds: float
    eta_off: float
    cost_share: float
    transactions: dict[str, Any]
    vitals: Vitals
    failures: list[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 if something did not hold."""
    options = parse(arguments)
    about = describe()
    with tempfile.TemporaryDirectory(prefix="sesscore-telemetry-", dir=options.folder) as name:
        seen = [watch(case, CASES[case](options, Path(name)), Path(name), options.interval) for case in options.case]
    failures = [f"{one.case}: {failure}" for one in seen for failure in one.failures]
    about |= {"interval": f"{options.interval:g} s", "load after": load()}
    show(about, COLUMNS, [row(one) for one in seen], failures, markdown=options.markdown)
    write_json(options.json, {"schema": SCHEMA, "about": about, "cases": [asdict(one) for one in seen]})
    return 1 if failures else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("log", type=Path)
    parser.add_argument("--case", choices=list(CASES), nargs="+", default=list(CASES), help="(default: all)")
    parser.add_argument("--interval", type=float, default=0.2, help="of the status file (default: %(default)s)")
    parser.add_argument("--bytes", type=int, default=PART_BYTES, help="of `part` and `line` (default: %(default)s)")
    parser.add_argument("--sessions", type=int, default=OPEN_SESSIONS, help="of `open` (default: %(default)s)")
    parser.add_argument("--folder", help="for logs and databases (default: the system's for temporary files)")
    parser.add_argument("--markdown", action="store_true", help="print what docs/performance.md holds")
    parser.add_argument("--json", metavar="FILE", help="write every figure")
    return parser.parse_args(arguments)


# Cases


def whole(options: argparse.Namespace, folder: Path) -> Path:
    return Path(options.log)


def part(options: argparse.Namespace, folder: Path) -> Path:
    with options.log.open("rb") as log, (folder / "part.json").open("wb") as file:
        left = options.bytes
        while left and (block := log.read(min(left, 1 << 20))):
            file.write(block)
            left -= len(block)
    return folder / "part.json"


def line(options: argparse.Namespace, folder: Path) -> Path:
    """It is no object, so all of it has to be read before anything can be said of it."""
    with (folder / "line.json").open("wb") as file:
        for event in opened(1, 0):
            file.write(event)
        for _ in range(options.bytes >> 20):
            file.write(b"x" * (1 << 20))
        file.write(b"\n")
        for event in opened(1, 1):
            file.write(event)
    return folder / "line.json"


def open_sessions(options: argparse.Namespace, folder: Path) -> Path:
    with (folder / "open.json").open("wb") as file:
        for number in range(EVENTS_EACH):
            file.writelines(opened(options.sessions, number))
    return folder / "open.json"


def opened(sessions: int, number: int) -> Iterator[bytes]:
    """An event of each session, the first of which is its connect."""
    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    kind = "session.connect" if number == 0 else "command.input"
    for session in range(sessions):
        at = begin + timedelta(milliseconds=session)
        event = {"eventid": f"cowrie.{kind}", "session": f"{session:08x}", "timestamp": at.isoformat()}
        yield json.dumps({**event, "src_ip": "192.0.2.1", "input": f"uname -{number}", "sensor": "s"}).encode() + b"\n"


CASES: dict[str, Callable[[argparse.Namespace, Path], Path]] = {
    "log": whole,
    "part": part,
    "line": line,
    "open": open_sessions,
}


# Watching


def watch(case: str, log: Path, folder: Path, interval: float) -> Seen:
    """Reads a log, and looks at its status file meanwhile."""
    db, status = folder / f"{case}.db", folder / f"{case}.status.json"
    asked = ("--status-file", str(status), "--status-interval", str(interval), "--format", "json")
    command = sesscore("ingest", str(log), "--db", str(db), "--no-progress", *asked)
    documents: dict[int, Document] = {}
    failures: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        while process.poll() is None:
            look(status, documents, failures)
            time.sleep(LOOK_SECONDS)
        assert process.stdout is not None
        ledger = json.loads(process.stdout.read())["ledger"]
    look(status, documents, failures)
    if log.parent == folder:
        log.unlink()
    db.unlink(missing_ok=True)
    return judged(case, list(documents.values()), ledger, failures)


def look(status: Path, documents: dict[int, Document], failures: list[str]) -> None:
    try:
        document = json.loads(status.read_bytes())
    except FileNotFoundError:
        return
    except ValueError as error:
        failures.append(f"a document does not parse: {error}")
        return
    documents.setdefault(document["writes"], document)


def judged(case: str, documents: list[Document], ledger: dict[str, int], failures: list[str]) -> Seen:
    last = documents[-1]
    end = at(last["phase_started"])
    gaps = [at(after["updated"]) - at(before["updated"]) for before, after in pairwise(documents)]
    eta_off = max(map(abs, etas(documents, at(documents[0]["started"]), end)), default=0.0)
    failures += problems(documents, ledger)
    if max(gaps, default=0.0) > MOST_GAP_SECONDS:
        failures.append(f"nothing was said for {max(gaps):.1f} s")
    if eta_off > ETA_WITHIN:
        failures.append(f"the time that was left was off by {eta_off:.0%}")
    cpu = last["cpu"]["user_seconds"] + last["cpu"]["system_seconds"]
    vitals = Vitals()
    for document in documents:
        vitals.add(document)
    return Seen(
        case,
        last["counters"]["events"],
        round(last["elapsed"]["total_seconds"], 3),
        last["writes"],
        round(max(gaps, default=0.0), 3),
        round(eta_off, 3),
        round(last["cost_seconds"] / cpu, 5),
        last["transactions"],
        vitals,
        failures,
    )


def etas(documents: Sequence[Document], began: float, end: float) -> Iterator[float]:
    """By which share of what then passed each ETA of the second half was off; less than the floor is nothing."""
    for document in documents:
        moment, eta = at(document["updated"]), document["progress"]["eta_seconds"]
        left = end - moment
        if moment - began > left > 0 and document["state"] == "running":
            off = left if eta is None else eta - left  # nothing said is as bad as nothing left
            yield 0.0 if abs(off) <= ETA_FLOOR_SECONDS else off / left


def problems(documents: Sequence[Document], ledger: dict[str, int]) -> Iterator[str]:
    """What does not hold of the documents."""
    from sesscore.schemas import schema_of

    schema = Draft202012Validator(schema_of("status"))
    for document in documents:
        for error in schema.iter_errors(document):
            yield f"a document is not what its schema says: {error.json_path}"
    for before, after in pairwise(documents):
        for name, count in before["counters"].items():
            if after["counters"][name] < count:
                yield f"{name} fell"
        if before["phase"] == after["phase"] and (after["progress"]["percent"] or 0) < (
            before["progress"]["percent"] or 0
        ):
            yield "percent fell"
    phases = [document["phase"] for document in documents]
    if phases != sorted(phases, key=phases.index):
        yield "a phase came back"
    if {name: documents[-1]["counters"][name] for name in ledger} != ledger:
        yield "the last counters are not the ledger"
    if documents[-1]["state"] != "complete" or documents[-1]["progress"]["percent"] != 100:
        yield "the last document is not of a run that is complete"


def at(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def row(seen: Seen) -> Row:
    times = seen.transactions
    seconds = (f"{times[name] or 0:.2f}" for name in ("median_seconds", "p99_seconds", "longest_seconds"))
    return (
        seen.case,
        f"{seen.events:,}",
        f"{seen.wall_seconds:.1f}",
        f"{seen.documents}",
        f"{seen.gap_seconds:.2f}",
        f"{seen.eta_off:.0%}",
        f"{seen.cost_share:.2%}",
        *seconds,
        f"{seen.vitals.read_ahead}",
        f"{seen.vitals.storing}",
        f"{seen.vitals.peak_bytes / 1e6:.0f}",
    )


if __name__ == "__main__":
    sys.exit(main())
