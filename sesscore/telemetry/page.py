"""Runs as people read them: some lines for each, or one line for all, fit for a monitor."""

import shlex
from collections.abc import Iterator, Sequence

from sesscore.safetext import safe, shortened
from sesscore.telemetry import words
from sesscore.telemetry.standing import ORDER, Standing
from sesscore.wording import counted, readable

_PATH_WIDTH = 80
_MOST_NAMED = 5  # runs on the line of a check
_LABEL = 12
_WRITERS = ("ingest", "merge")  # whose figures are those of their transactions


def page(standings: Sequence[Standing]) -> list[str]:
    """The lines of all runs, an empty one between two."""
    lines: list[str] = []
    for one in standings:
        lines += [*([""] if lines else []), *_run(one)]
    return lines


def _run(one: Standing) -> Iterator[str]:
    document = one.document
    if document is None:
        yield shortened(one.path, _PATH_WIDTH)
        yield _row(one.verdict, one.why)
        return
    name = words.word(document, "db", width=_PATH_WIDTH) or shortened(one.path, _PATH_WIDTH)
    sensor = words.word(document, "sensor")
    yield "  ".join(part for part in (name, _process(one), f"sensor {sensor}" if sensor else "") if part)
    yield _row(one.verdict, one.why or _phase(one))
    for label, text in (
        ("records", _records(one)),
        ("sources", _sources(one)),
        ("committed", _committed(one)),
        ("machine", _machine(one)),
        ("error", _error(one)),
        ("database", _database(one)),
    ):
        if text:
            yield _row(label, text)


def _row(label: str, text: str) -> str:
    return f"  {label:<{_LABEL}}{text}"


def _process(one: Standing) -> str:
    pid, host = words.number(one.document, "pid"), words.word(one.document, "hostname")
    return f"{words.word(one.document, 'command') or 'a run'}, process {pid} on {host}"


def _phase(one: Standing) -> str:
    total = words.figure(one.document, "elapsed", "total_seconds")
    if one.goes_on:
        phase = words.word(one.document, "phase", width=16)
        so_far = [] if total is None else [f"{words.span(total)} so far"]
        return ", ".join([phase, *so_far, *words.speed(one.document or {})])
    age = f"{words.span(one.age or 0)} ago"
    return f"{age}, after {words.span(total)}" if total is not None else age


def _records(one: Standing) -> str:
    document = one.document
    if words.figure(document, "counters", "lines") is None:
        return ""
    parts = [
        counted(words.number(document, "counters", "events"), "event"),
        *(
            f"{words.number(document, 'counters', name):,} {name}"
            for name in ("duplicates", "sessionless", "quarantined")
            if words.number(document, "counters", name)
        ),
        f"{words.number(document, 'counters', 'sessions_new'):,} new sessions",
    ]
    total = words.figure(document, "sessions", "total")
    return ", ".join([*parts, *([f"{int(total):,} in all"] if total is not None else [])])


def _sources(one: Standing) -> str:
    document = one.document
    total, done = words.figure(document, "sources", "total"), words.number(document, "sources", "done")
    parts = [] if total is None else [f"{done:,} of {int(total):,} done"]
    name = words.file_name(document, "sources", "current", "path")
    if name and one.goes_on:
        read = words.number(document, "sources", "current", "stored_offset")
        parts.append(f"{name} at {readable(read)} of {readable(words.number(document, 'sources', 'current', 'size'))}")
    return ", ".join(parts)


def _committed(one: Standing) -> str:
    document = one.document
    count = words.number(document, "transactions", "count")
    if not count:
        return ""
    parts = [counted(count, "transaction")]
    for key, name in (("median_seconds", "median"), ("p99_seconds", "99 %"), ("longest_seconds", "longest")):
        seconds = words.figure(document, "transactions", key)
        parts += [] if seconds is None else [f"{name} {seconds:.2g} s"]
    return ", ".join(parts)


def _machine(one: Standing) -> str:
    parts = []
    for name, path in (
        ("memory", ("memory", "now_bytes")),
        ("at most", ("memory", "peak_bytes")),
        ("database", ("db_bytes",)),
        ("its log", ("wal_bytes",)),
    ):
        size = words.figure(one.document, *path)
        parts += [] if size is None else [f"{name} {readable(int(size))}"]
    return ", ".join(parts)


def _error(one: Standing) -> str:
    what = words.word(one.document, "last_error", "what", width=160)
    where = words.word(one.document, "last_error", "where", width=_PATH_WIDTH)
    return f"{what} ({where})" if what and where else what


def _database(one: Standing) -> str:
    """Of a writer that was killed: its last commit may be younger than the file, or older than what that tells."""
    if not one.killed or words.word(one.document, "command") not in _WRITERS:
        return ""
    told = words.there(one.document, ("db",))
    # Only a name that is shown as it is makes a command that works.
    named = shlex.quote(told) if told and told == words.word(one.document, "db", width=_PATH_WIDTH) else "FILE"
    return f"may hold more than is told here, or less; ask it: sesscore db info --db {named}"


# The line of a check


def check_line(standings: Sequence[Standing]) -> str:
    """One line: the worst verdict, and each run with its own, the worst first. Without `|`, which monitors cut at."""
    ordered = sorted(standings, key=lambda one: ORDER.index(one.verdict))
    several = len(ordered) > 1  # of one the line's head is the verdict
    told = "; ".join(_told(one, named=several) for one in ordered[:_MOST_NAMED])
    more = f"; {len(ordered) - _MOST_NAMED:,} more" if len(ordered) > _MOST_NAMED else ""
    bad = sum(not one.well for one in ordered)
    head = ordered[0].verdict if bad else "ok"
    of = f" ({bad:,} of {len(ordered):,})" if bad and several else ""
    return safe(f"sesscore {head}{of} - {told}{more}".replace("|", "/"))


def _told(one: Standing, *, named: bool) -> str:
    name = shortened(one.path, _PATH_WIDTH)
    if not one.well:
        return ": ".join(part for part in (name, one.verdict if named else "", one.why) if part)
    figures = words.tallies(one.document or {})
    age = f"{'updated ' if one.goes_on else ''}{words.span(one.age or 0)} ago"
    return ", ".join(part for part in (f"{name}: {one.verdict}", age, figures) if part)
