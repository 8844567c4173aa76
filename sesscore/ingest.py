"""Ingest: files → reader threads → one writer. Everything that is counted comes from what was committed."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext
from functools import partial
from itertools import chain

from sesscore.discover import Candidate
from sesscore.ingester import Ingester
from sesscore.matchers import Registry
from sesscore.met import Met, Tell
from sesscore.ownfiles import own_files as files_of
from sesscore.pragmas import Durability
from sesscore.reading import Options
from sesscore.records import BLOCK_BYTES
from sesscore.result import Degraded, IngestResult
from sesscore.sensors import Found, Sensor, find_sources, stored_name, wanted_paths
from sesscore.signals import Stop, stop_on_signals
from sesscore.telemetry.run import Run
from sesscore.telling import OnEvent, Telling, heard


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
    run: Run | None = None,
    block_bytes: int | None = None,
    commit_bytes: int | None = None,
    fast: bool = True,
    retry_quarantine: bool = False,
    follow: bool = False,
    problem: Tell = _ignore,
    degraded: Degraded = _ignore,
    on_event: OnEvent | None = None,
    own_files: Sequence[str] = (),
    stop: Stop | None = None,
) -> IngestResult:
    """Reads what is new in files into a database, which is made if it does not exist.

    paths: files, directories, patterns, `-`; none: those of the sensors, or the well-known places. sensor: for events
    that name none; without paths, the one of the sensors to read. sensors: whose files are whose (`find_sources`).
    matchers: the user's. run: its figures are set while it goes on, for who watches. block_bytes: of log a batch.
    commit_bytes: of log a transaction. fast: False sends every record the slow way, with the same result.
    retry_quarantine: what is in quarantine is read again after the paths; without any, nothing else is read.
    follow: goes on with what comes to the files, and with files that come, until a signal asks to stop (`Follower`).
    problem: is told what cannot be read, as it comes up. degraded: is told what a follower waits out. on_event: is
    called with each milestone, in a thread of its own; then nobody else may watch `run`. own_files: what else is no
    log. stop: asked between batches; without one, SIGINT and SIGTERM ask to stop.
    Raises SesscoreError. A file that cannot be read is a problem of the result, not an error.
    """
    began = time.monotonic()
    run = run or Run("ingest", db=db, sensor=sensor)
    run.enter("discovering")
    telling = Telling(run)
    only_retry = retry_quarantine and not paths
    own, wanted = [*files_of(db), *own_files], wanted_paths(paths, sensor, sensors)
    find = partial(find_sources, paths, sensor=sensor, sensors=sensors, exclude=own)
    found = Found(iter(())) if only_retry else find()
    result = IngestResult(met=Met(telling.counted(problem), db=db), only_retry=only_retry)
    options = Options(
        stored_name(sensor), assume_utc_offset_minutes, block_bytes or BLOCK_BYTES, fast, matchers or Registry()
    )
    with heard(run, on_event, problem), stop_on_signals() if stop is None else nullcontext(stop) as stop:
        opened = partial(
            Ingester,
            db,
            options,
            result,
            stop,
            telling,
            durability=durability,
            create=not only_retry,
            commit_bytes=commit_bytes,
        )
        if follow:
            from sesscore.follow import Follower  # late: a run that finds nothing new is mostly start-up
            from sesscore.watching import Watch

            listed = partial(_listed, find, result.met)
            with closing(Watch(listed, wanted, own)) as watch:
                Follower(opened, watch, result, stop, telling, telling.waits(degraded)).run()
        elif (begin := _up_to_a_file(found.candidates, result.met)) or only_retry:
            with opened() as ingester:
                if begin:
                    telling.begins(lambda: _sizes(wanted, own))
                    ingester.read(chain(begin, found.candidates))
                if retry_quarantine and not stop:
                    ingester.retry()
                if not stop:
                    ingester.join()
                run.enter("finishing")
            _note_shared(found, result.met)
        result.stopped_by = stop.signal
        result.elapsed_seconds = time.monotonic() - began
        telling.ends(result)
    return result


def _up_to_a_file(candidates: Iterator[Candidate], met: Met) -> list[Candidate]:
    """Those up to the first that is a file. None, if all of them are problems: no database is opened to tell them."""
    begin = []
    for candidate in candidates:
        begin.append(candidate)
        if candidate.problem is None:
            return begin
    for candidate in begin:
        met.unreadable(candidate.path, candidate.problem or "", candidate.hint)
    return []


def _listed(find: Callable[[], Found], met: Met) -> list[Candidate]:
    """All candidates."""
    found = find()
    candidates = list(found.candidates)
    _note_shared(found, met)
    return candidates


def _sizes(paths: Sequence[str], own: Sequence[str]) -> Iterator[int | None]:
    """What there is to read, which is looked for in another thread while reading begins."""
    from sesscore.sizes import sizes  # late: only who watches asks

    return sizes(paths, exclude=own)


def _note_shared(found: Found, met: Met) -> None:
    """Tells which files two sensors claim, after they were found."""
    for shared in found.shared:
        met.noted(shared.path, shared.problem, shared.hint)
