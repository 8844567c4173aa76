"""Logs to try reports with, and periods and sensors to ask them for."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from real import DATA
from worlds import world

from figures.counting import NOTHING
from figures.logs import Logs
from figures.times import DAY_US, HOUR_US, day_of, monday_of, month_end, month_of
from sesscore import synth
from sesscore.ingest import ingest

# --- real logs -----------------------------------------------------------------------------------------------------

# By pattern of their paths. What each holds that the others lack: a Sunday and the Mondays beside it; two sensors, and
# NULs; keys of clients; failed downloads by the hundred; sensors that are years apart.
REAL = {
    "a week": ("Radec73+cowrie2/*2024-04-0[178]*",),
    "two sensors": ("AxiomInfinite+HoneyPotLogs/**/*",),
    "keys": ("Prabhath-de+cowrie-analysis/**/*2026-03-2[34]*", "0xsha+sweetie-data/**/cowrie.json.[13].gz"),
    "failed downloads": ("andymalepe+jsontocsv/**/*", "jasonmpittman+cowrie-log-analyzer/**/*"),
    "years": (
        "Shaun-Schwartz+rails-cowrie-log-parser/**/*",
        "PedroPereira13+FakeEye/**/*",
        "whoAmI-cslim+cowrie-logs/**/*",
    ),
}
NO_DATA = "the real logs are not beside the project"
needs_data = pytest.mark.skipif(not (DATA / "truth.jsonl").exists(), reason=NO_DATA)


def real_logs(name: str) -> list[Path]:
    """The paths of a set of real logs. Skips the test if they are not there."""
    if not (DATA / "truth.jsonl").exists():
        pytest.skip(NO_DATA)
    return sorted(path for pattern in REAL[name] for path in (DATA / "cowrie").glob(pattern) if path.is_file())


# --- made logs -----------------------------------------------------------------------------------------------------

Event = dict[str, Any]

HOSTILE = ("=1+1\t\x1b[2J", "<script>alert(1)</script>", "\u202egpj.exe", "a\x00b\r\nc", "\ud800", "", "x" * 3000)
TEXTS = ("id", "uname -a", "w", *HOSTILE)
HASHES = ("ab" * 32, "cd" * 32, "", *sorted(NOTHING))
# the borders of a day, of ISO weeks, of a month, of years with 53 weeks and with a week of the year before
BORDERS = ("2020-03-01", "2024-12-30", "2025-01-01", "2026-11-16", "2026-12-28", "2027-01-01", "2027-01-04")
STARTS = (-30, -1, 0, 3600, 12 * 3600)  # seconds from midnight


def made_logs(folder: Path) -> dict[str, list[Path]]:
    """Sets of logs that are written into a folder, by name."""
    lines = {
        "borders": _dealt([json.dumps(event).encode() for event in _around_borders(random.Random(1))]),
        "many days": _dealt(synth.generate(3000, days=20, seed=2, sensors=3, start="2025-12-20")),
        "mixed": _dealt(synth.generate(1500, days=3, seed=3, sensors=2, generation="mixed")),
        **{f"twisted {seed}": [world(seed).lines] for seed in (5, 12, 31)},
    }
    folder.mkdir(parents=True, exist_ok=True)
    return {name: list(_written(folder, name, parts)) for name, parts in lines.items()}


def _dealt(lines: Any) -> list[list[bytes]]:
    """Lines in three logs, in any order, some of them in two."""
    chance = random.Random(9)
    parts: list[list[bytes]] = [[], [], []]
    for line in lines:
        for part in chance.sample(parts, 2 if chance.random() < 0.1 else 1):
            part.append(line.rstrip(b"\n"))
    chance.shuffle(parts[1])
    return parts


def _written(folder: Path, name: str, parts: list[list[bytes]]) -> Iterator[Path]:
    for number, lines in enumerate(parts):
        data = b"".join(line + b"\n" for line in lines)
        packed = number == 2
        path = folder / f"{name.replace(' ', '-')}-part{'abc'[number]}.json{'.gz' if packed else ''}"
        path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
        yield path


def _around_borders(chance: random.Random) -> Iterator[Event]:
    """Sessions that begin before a midnight and end after it, on three sensors, with every kind of activity."""
    for border in BORDERS:
        for number in range(12):
            sensor = chance.choice(("alpha", "beta", "gämma"))
            session = f"{number % 9:012x}"  # the same ids again on other days and sensors
            seconds = STARTS[number % len(STARTS)]
            for event in _visit(chance):
                yield {"sensor": sensor, "session": session, "timestamp": _stamp(border, seconds), **event}
                seconds += chance.choice((0, 0.000001, 0.5, 20))


def _stamp(date: str, seconds: float) -> str:
    """A moment some seconds after a midnight, or before it, in one of the ways in which it can be told."""
    micro = round(seconds * 1e6)
    if micro < 0:  # so many seconds before midnight UTC are so many before one o'clock, an hour ahead
        micro += 3600 * 1_000_000
        return f"{date}T00:{micro // 60_000_000:02}:{micro // 1_000_000 % 60:02}.{micro % 1_000_000:06}+01:00"
    return (
        f"{date}T{micro // 3_600_000_000:02}:{micro // 60_000_000 % 60:02}"
        f":{micro // 1_000_000 % 60:02}.{micro % 1_000_000:06}Z"
    )


def _visit(chance: random.Random) -> Iterator[Event]:
    def text(*more: Any) -> Any:
        return chance.choice((*TEXTS, 7, 1.5, None, *more))

    def did(eventid: str, **fields: Any) -> Event:
        return {"eventid": f"cowrie.{eventid}", **{k: v for k, v in fields.items() if v is not None}}

    if chance.random() < 0.9:
        address = chance.choice(("192.0.2.1", "192.0.2.2", "2001:db8::1", None))
        yield did("session.connect", src_ip=address, protocol=chance.choice(("ssh", "telnet", None)))
    yield did("client.version", version=text("SSH-2.0-Go"))
    yield did("client.kex", hassh=text("ef" * 16))
    if chance.random() < 0.3:
        yield did("client.fingerprint", username="root", fingerprint=text("SHA256:k"))
    for _ in range(chance.randint(0, 3)):
        outcome = chance.choice(("failed", "failed", "success"))
        yield did(f"login.{outcome}", username=text("root"), password=text("root"))
    for _ in range(chance.randint(0, 4)):
        yield did(chance.choice(("command.input", "command.failed")), input=text())
    for _ in range(chance.randint(0, 3)):
        yield did("session.file_download", url=text("http://a.example/x"), shasum=chance.choice((*HASHES, None)))
    if chance.random() < 0.4:
        yield did("session.file_upload", filename=text(), shasum=chance.choice((*HASHES, None)))
        yield did("session.file_download.failed", url=text("http://b.example/y"))
        yield did("direct-tcpip.request", dst_ip="198.51.100.7", dst_port=25)
    if chance.random() < 0.5:
        yield did("log.closed", ttylog=text("tty/1"), shasum=chance.choice((*HASHES, None)))
    if chance.random() < 0.8:
        yield did("session.closed", duration=chance.choice((0.0015, "12.5", 1234.5678, None)))


MADE = ("borders", "many days", "mixed", "twisted 5", "twisted 12", "twisted 31")


def ingested(folder: Path, logs: Logs) -> str:
    """The path of a new database of some logs, one run each."""
    db = str(folder / "s.db")
    for source in logs.sources:
        ingest([source.name], db=db)
    return db


# --- periods and sensors -------------------------------------------------------------------------------------------


class Period(NamedTuple):
    """What is asked for."""

    name: str
    since_us: int | None
    until_us: int | None


def periods(logs: Logs) -> list[Period]:
    """Periods that fit to some logs: whole days and others, borders to the microsecond, empty ones."""
    times = sorted(event.at_us for event in logs.events)
    first, middle, last = times[0], times[len(times) // 2], times[-1]
    day, week, month = (kind(day_of(middle)) for kind in (int, monday_of, month_of))
    return [
        Period("all", None, None),
        Period("the first day", day_of(first) * DAY_US, (day_of(first) + 1) * DAY_US),
        Period("a day in the middle", day * DAY_US, (day + 1) * DAY_US),
        Period("an ISO week", week * DAY_US, (week + 7) * DAY_US),
        Period("a month", month * DAY_US, (month_end(month) + 1) * DAY_US),
        Period("since a day", day * DAY_US, None),
        Period("until a day", None, day * DAY_US),
        Period("a half day", day * DAY_US + 12 * HOUR_US, (day + 1) * DAY_US),
        Period("from noon to noon", (day - 1) * DAY_US + 12 * HOUR_US, (day + 1) * DAY_US + 12 * HOUR_US),
        Period("within a day", middle - 1_800_000_000, middle + 1_800_000_000),
        Period("since an event", middle, None),
        Period("after an event", middle + 1, None),
        Period("until an event", None, middle),
        Period("with an event at its end", None, middle + 1),
        Period("one microsecond", middle, middle + 1),
        Period("all but the last", first, last),
        Period("just all", first, last + 1),
        Period("no time", middle, middle),
        Period("before all", first - 9 * DAY_US, first),
        Period("after all", last + 1, last + 9 * DAY_US),
    ]


def asked(logs: Logs) -> Iterator[tuple[Period, str | None]]:
    """Every period with every sensor."""
    return ((period, sensor) for period in periods(logs) for sensor in sensors(logs))


def sensors(logs: Logs) -> list[str | None]:
    """All, the first and the last by name, and one that nobody has."""
    names = sorted({event.sensor for event in logs.events})
    return [None, *dict.fromkeys((names[0], names[-1])), "nobody's"]
