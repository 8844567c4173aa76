"""When connections begin, and the lines of all of them in order of time."""

import gzip
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, count
from math import sqrt
from pathlib import Path
from random import Random
from typing import BinaryIO, NamedTuple, cast

from sesscore.errors import StorageError, UsageError
from sesscore.synth.attackers import Attack
from sesscore.synth.clients import Clients
from sesscore.synth.connection import EPOCH, SECOND, Row, Sensor, World, session_id
from sesscore.synth.shapes import GENERATIONS
from sesscore.synth.truth import Truth
from sesscore.synth.words import Words

MIXED = "mixed"
DAY = 86_400 * SECOND
EVENTS_PER_SESSION = 9.5  # what attackers.py yields on average; only steers how many connections begin
SLICE_EVENTS = 512  # lines that are put in order at once
BLOCK = 1 << 18  # bytes a write


class Plan(NamedTuple):
    """What was asked for. `start` is midnight UTC of the first day, in microseconds since 1970."""

    events: int
    days: int
    seed: int
    sensors: int
    generation: str
    start: int


def generate(
    events: int = 100_000,
    *,
    days: int = 1,
    seed: int = 0,
    sensors: int = 1,
    generation: str = MIXED,
    start: str = "2026-01-01",
    truth: Truth | None = None,
) -> Iterator[bytes]:
    """Exactly `events` lines of Cowrie's JSON log, each with its newline, in strict order of time.

    `generation` is one of GENERATIONS, or `mixed`: the days take turns, or, when there is one day only, each sensor is
    upgraded through them all. `start` is the first day (YYYY-MM-DD, UTC). A new `truth` counts each line before it is
    handed out. The same arguments give the same bytes on every machine; memory holds the open sessions only.
    """
    plan = _plan(events, days, seed, sensors, generation, start)
    return _lines(plan, truth or Truth())


def write(
    path: str | Path,
    truth_path: str | Path | None = None,
    *,
    events: int = 100_000,
    days: int = 1,
    seed: int = 0,
    sensors: int = 1,
    generation: str = MIXED,
    start: str = "2026-01-01",
) -> Truth:
    """Write the lines of `generate` to a file, compressed if its name ends in .gz, or to standard output (`-`).

    The truth is returned, and written as JSON to `truth_path` if given.
    """
    plan = _plan(events, days, seed, sensors, generation, start)
    truth = Truth()
    with _storage_errors(path), _opened(str(path)) as log:
        block: list[bytes] = []
        size = 0
        for line in _lines(plan, truth):
            block.append(line)
            size += len(line)
            if size >= BLOCK:
                log.write(b"".join(block))
                block.clear()
                size = 0
        log.write(b"".join(block))
        log.flush()
    if truth_path is not None:
        with _storage_errors(truth_path):
            Path(truth_path).write_text(truth.to_json(), encoding="ascii")
    return truth


@contextmanager
def _storage_errors(path: str | Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:  # the reader of standard output has enough: no storage failed
        raise
    except OSError as error:
        what = f"Cannot write: {error.strerror or error}."
        raise StorageError(what, where=str(path), hint="sesscore synth -o FILE") from error


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        yield sys.stdout.buffer
        return
    with Path(path).open("wb") as file:
        if not path.endswith(".gz"):
            yield file
            return
        # No name and no time in the header: the same log is the same file.
        with gzip.GzipFile(filename="", mode="wb", compresslevel=4, fileobj=file, mtime=0) as packed:
            yield cast(BinaryIO, packed)


def _plan(events: int, days: int, seed: int, sensors: int, generation: str, start: str) -> Plan:
    hint = "sesscore synth --help"
    for name, value, least in (("events", events, 0), ("days", days, 1), ("seed", seed, 0), ("sensors", sensors, 1)):
        if value < least:
            raise UsageError(f"{name} must be at least {least}, not {value}.", hint=hint)
    if generation not in (*GENERATIONS, MIXED):
        raise UsageError(f"No generation {generation!r}: {', '.join((*GENERATIONS, MIXED))}.", hint=hint)
    try:
        first = date.fromisoformat(start)
        first + timedelta(days=days + 1)
        if first.year < 1970:
            raise ValueError
    except (ValueError, OverflowError):
        raise UsageError(f"No range of days begins at {start!r} and has {days}: YYYY-MM-DD.", hint=hint) from None
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC) - EPOCH
    return Plan(events, days, seed, sensors, generation, begin.days * DAY)


def _lines(plan: Plan, truth: Truth) -> Iterator[bytes]:
    """The rows with their times written in, and counted, until there are enough."""
    world = World(Random(plan.seed).random, Words(plan.seed), Clients(plan.seed))  # noqa: S311 (no secret)
    sensors = [_sensor(world.words, number) for number in range(plan.sensors)]
    truth.sensor_names = [sensor.name for sensor in sensors]
    left = plan.events
    last = second = today = -1
    midnight = prefix = ""
    counts: Counter[int] = Counter()
    for rows in _slices(plan, world, sensors) if left else ():
        for at, code, text in rows[:left]:
            # Two connections can meet in one microsecond; in a log of Cowrie no two lines have the same time.
            at = last = at if at > last else last + 1
            now, fraction = divmod(at, SECOND)
            if now != second:
                second = now
                day, clock = divmod(now, 86_400)
                if day != today:
                    today = day
                    midnight = (EPOCH + timedelta(days=day)).date().isoformat()
                    counts = truth.day(midnight)
                prefix = f"{midnight}T{clock // 3600:02}:{clock // 60 % 60:02}:{clock % 60:02}."
            time = f"{prefix}{fraction:06}Z"
            counts[code] += 1
            truth.last_time = time
            truth.first_time = truth.first_time or time
            yield text.replace("\0", time).encode("ascii")
        left -= len(rows)
        if left <= 0:
            return


def _sensor(words: Words, number: int) -> Sensor:
    digest = words.digest(f"sensor{number}")
    # Half have a name that somebody gave them, half the id of a container.
    name = f"honeypot-{number + 1:02}" if number % 2 == 0 else digest[:12]
    uuid = f"{digest[:8]}-{digest[8:12]}-11f1-{digest[12:16]}-{digest[16:28]}"
    return Sensor(number, name, uuid, f"10.{number >> 8 & 255}.{number & 255}.2")


def _generation(plan: Plan, at: int, sensor: Sensor) -> str:
    """What a sensor runs at a time."""
    if plan.generation != MIXED:
        return plan.generation
    if plan.days > 1:
        return GENERATIONS[(at - plan.start) // DAY % len(GENERATIONS)]
    # Not all sensors are upgraded in the same hour.
    delay = sensor.number % 7 * DAY // 50
    stage = (at - plan.start - delay) * len(GENERATIONS) // DAY
    return GENERATIONS[min(max(0, stage), len(GENERATIONS) - 1)]


def _shares(plan: Plan, world: World) -> list[float]:
    """The share of each day in what it and the days after it bring.

    Days are heavy-tailed: the busiest has many times the events of the median.
    """
    draws = [(world.random(), number) for number in range(plan.days)]
    weights = [0.0] * plan.days
    for rank, (_, number) in enumerate(sorted(draws)):
        spread = 0.04 + (rank + world.random()) / plan.days
        weights[number] = 1 / (spread * sqrt(spread))
    still = list(accumulate(reversed(weights)))[::-1]
    return [weight / rest for weight, rest in zip(weights, still, strict=True)]


def _slices(plan: Plan, world: World, sensors: list[Sensor]) -> Iterator[list[Row]]:
    """Rows in order of time, a slice of time after the other, without end.

    How many connections begin in a slice follows from the events that the day still owes, so that a session of
    thousands makes the rest of the day quieter, and the log ends a little before midnight of its last day.
    """
    numbers = count(1)
    live: list[tuple[Row, Iterator[Row]]] = []
    made = 0
    for day, share in enumerate(_shares(plan, world)):
        last = day == plan.days - 1
        target = plan.events if last else made + int((plan.events - made) * share)
        slices = max(96, (target - made) // SLICE_EVENTS)
        busy = slices * 97 // 100 if last else slices
        for number in count() if last else range(slices):
            begin = plan.start + day * DAY + number * DAY // slices
            end = plan.start + day * DAY + (number + 1) * DAY // slices
            due = max(0, target - made) / (EVENTS_PER_SESSION * max(1, busy - number))
            if number >= busy:  # what is still owed is due now
                due = max(1, due)
            for _ in range(int(due) + (world.random() < due - int(due))):
                attack = _attack(plan, world, sensors, begin + int(world.random() * (end - begin)), next(numbers))
                _resume(live, attack.rows())
            rows, live = _until(end, live)
            made += len(rows)
            yield rows


def _attack(plan: Plan, world: World, sensors: list[Sensor], at: int, number: int) -> Attack:
    """The number-th connection of the log, to any of the sensors."""
    sensor = sensors[int(world.random() * len(sensors))]
    generation = _generation(plan, at, sensor)
    return Attack(world, sensor, generation, session_id(plan.seed, number, generation), at, number)


def _resume(live: list[tuple[Row, Iterator[Row]]], rows: Iterator[Row]) -> None:
    """Add a connection to the live ones, with its next row; one that has none is over."""
    for row in rows:
        live.append((row, rows))
        return


def _until(end: int, live: list[tuple[Row, Iterator[Row]]]) -> tuple[list[Row], list[tuple[Row, Iterator[Row]]]]:
    """The rows before `end`, in order, and the connections that go on after it. Only these are kept in memory."""
    ready: list[Row] = []
    still: list[tuple[Row, Iterator[Row]]] = []
    for waiting, rows in live:
        row: Row | None = waiting
        while row is not None and row[0] < end:
            ready.append(row)
            row = next(rows, None)
        if row is not None:
            still.append((row, rows))
    ready.sort()
    return ready, still
