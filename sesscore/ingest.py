"""Ingest: files → reader threads → one writer. Everything that is counted comes from what was committed."""

import time
from collections.abc import Sequence
from contextlib import closing
from functools import partial

from sesscore.ingester import Ingester, Watcher
from sesscore.matchers import Registry
from sesscore.pragmas import Durability
from sesscore.reading import Options
from sesscore.records import BLOCK_BYTES
from sesscore.result import Degraded, IngestResult, Met, Tell
from sesscore.sensors import Found, Sensor, find_sources, stored_name, wanted_paths
from sesscore.signals import stop_on_signals


def _ignore(problem: object) -> None:
    """Who does not want to be told."""


def ingest(
    paths: Sequence[str],
    *,
    db: str,
    sensor: str | None = None,
    sensors: Sequence[Sensor] = (),
    assume_utc_offset_minutes: int = 0,
    durability: Durability = "normal",
    matchers: Registry | None = None,
    progress: Watcher | None = None,
    block_bytes: int | None = None,
    commit_bytes: int | None = None,
    fast: bool = True,
    retry_quarantine: bool = False,
    follow: bool = False,
    problem: Tell = _ignore,
    degraded: Degraded = _ignore,
) -> IngestResult:
    """Reads what is new in files into a database, which is made if it does not exist.

    paths: files, directories, patterns, `-`; none: those of the sensors, or the well-known places. sensor: for events
    that name none; without paths, the one of the sensors to read. sensors: whose files are whose (`find_sources`).
    matchers: the user's. block_bytes: of log a batch. commit_bytes: of log a transaction.
    fast: False sends every record the slow way, with the same result.
    retry_quarantine: what is in quarantine is read again after the paths; without any, nothing else is read.
    follow: goes on with what comes to the files, and with files that come, until a signal asks to stop (`Follower`).
    problem: is told what cannot be read, as it comes up. degraded: is told what a follower waits out.
    Raises SesscoreError. A file that cannot be read is a problem of the result, not an error.
    """
    began = time.monotonic()
    only_retry = retry_quarantine and not paths
    find = partial(find_sources, paths, sensor=sensor, sensors=sensors, exclude=own_files(db))
    found = Found([], []) if only_retry else find()
    candidates = found.candidates
    result = IngestResult(met=Met(problem))
    for shared in found.shared:
        result.met.noted(shared.path, shared.problem, shared.hint)
    options = Options(
        stored_name(sensor), assume_utc_offset_minutes, block_bytes or BLOCK_BYTES, fast, matchers or Registry()
    )
    with stop_on_signals() as stop:
        opened = partial(
            Ingester, db, options, result, stop, durability=durability, create=not only_retry, commit_bytes=commit_bytes
        )
        if follow:
            from sesscore.follow import Follower  # late: a run that finds nothing new is mostly start-up
            from sesscore.watching import Watch

            with closing(Watch(lambda: find().candidates, wanted_paths(paths, sensor, sensors))) as watch:
                Follower(opened, watch, result, stop, degraded).run()
        elif not only_retry and all(candidate.problem for candidate in candidates):
            for candidate in candidates:  # nothing to open a database for
                result.met.unreadable(candidate.path, candidate.problem or "", candidate.hint)
        else:
            with opened() as ingester:
                ingester.read(candidates)
                if retry_quarantine and not stop:
                    ingester.retry()
                if not stop:
                    ingester.join()
        result.stopped_by = stop.signal
    result.elapsed_seconds = time.monotonic() - began
    return result


def own_files(db: str) -> list[str]:
    """The files of a database, which are no logs."""
    return [f"{db}{suffix}" for suffix in ("", "-wal", "-shm", "-journal", ".lock")]
