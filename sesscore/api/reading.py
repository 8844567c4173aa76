"""`ingest` for programs: as the command does it, without its signals, its bar and its status file."""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sesscore import result as told
from sesscore.api.latest import Latest
from sesscore.api.paths import paths_of
from sesscore.errors import UsageError
from sesscore.ingest import ingest as run
from sesscore.ledger import Ledger
from sesscore.matchers import Registry, UserMatcher
from sesscore.met import Problem
from sesscore.sensors import Sensor
from sesscore.signals import Stop
from sesscore.telemetry.document import Documents
from sesscore.telemetry.hooks import callback
from sesscore.telemetry.run import Run
from sesscore.telemetry.sinks import Sink
from sesscore.telemetry.watched import watched

LEAST_SECONDS, MOST_SECONDS = 0.05, 3600.0

Told = Callable[[dict[str, Any]], object]


class SessionCounts(NamedTuple):
    """Sessions of the database, and what a run did to them."""

    total: int
    new: int
    updated: int


class SourceCounts(NamedTuple):
    """Log files of a run, by what they were."""

    read: int
    unchanged: int
    alien: int
    unreadable: int
    pending: int


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What a run did, all of it committed. stopped: it was asked to stop, and the same call goes on from there.

    problems: what was not read or not whole, and callbacks that failed.
    """

    ledger: Ledger
    sessions: SessionCounts
    sources: SourceCounts
    problems: tuple[Problem, ...]
    elapsed_seconds: float
    stopped: bool
    told: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """All of it, as `sesscore ingest --format json` prints it."""
        return self.told


def ingest(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    *,
    db: str | os.PathLike[str],
    sensor: str | None = None,
    sensors: Sequence[Sensor] = (),
    assume_utc_offset_minutes: int = 0,
    durability: Literal["normal", "full"] = "normal",
    matchers: Iterable[UserMatcher] = (),
    retry_quarantine: bool = False,
    follow: bool = False,
    stop: Stop | None = None,
    on_event: Told | None = None,
    on_progress: Told | None = None,
    progress_seconds: float = 1.0,
) -> IngestResult:
    """Read logs into a database, which is made if it does not exist; what was read before adds nothing.

    paths: files, folders, patterns; with sensors, none stands for theirs, and with retry_quarantine for no log at all.
    The other arguments are the options of `sesscore ingest`. stop: asked between batches; needed to end `follow`.
    on_event: is called with each milestone (`sesscore.milestone/1`), on_progress with the newest status
    (`sesscore.status/1`) about every progress_seconds, each in a thread of its own; what they raise is a problem of the
    result and reaches nothing else. No signal handler is touched: Ctrl-C ends the run after the batch at hand is
    committed, and then raises KeyboardInterrupt.
    Raises DatabaseInUse if another ingest writes the database, also one of this process; NothingToRead if no source
    could be read; other SesscoreErrors. What was committed before an error stays.
    """
    wanted = [] if not isinstance(paths, str | os.PathLike) and not (paths := list(paths)) else paths_of(paths)
    if not wanted and not sensors and not retry_quarantine:
        paths_of(())
    if durability not in ("normal", "full"):
        raise UsageError(f"durability {durability!r} is none", hint="normal or full")
    if follow and (stop is None or retry_quarantine or "-" in wanted):
        raise UsageError(
            "only logs are followed, until they are asked to stop", hint="follow=True with stop=sesscore.Stop()"
        )
    if not LEAST_SECONDS <= progress_seconds <= MOST_SECONDS:
        raise UsageError(f"progress_seconds must be {LEAST_SECONDS} to {MOST_SECONDS}: {progress_seconds!r}")
    path = os.fsdecode(db)
    this = Run("ingest", db=path, sensor=sensor, sensors=tuple(one.name for one in sensors))
    troubles: list[Problem] = []

    def work(stop: Stop) -> told.IngestResult:
        with ExitStack() as stack:
            sinks = _sinks(this, on_event, on_progress, progress_seconds, troubles)
            if sinks:
                documents = Documents(this, progress_seconds, compat=False)
                stack.enter_context(watched(this, sinks, documents, lambda name, error: None))
            done = run(
                wanted,
                db=path,
                sensor=sensor,
                sensors=sensors,
                assume_utc_offset_minutes=assume_utc_offset_minutes,
                durability=durability,
                matchers=Registry(matchers),
                run=this,
                retry_quarantine=retry_quarantine,
                follow=follow,
                stop=stop,
            )
            if error := told.nothing_read(done):
                raise error
        return done

    done = _in_thread(work, stop)
    for trouble in troubles:
        done.met.noted(*trouble)
    return IngestResult(
        Ledger(**done.ledger.as_dict()),
        SessionCounts(**done.sessions),
        SourceCounts(**done.sources),
        tuple(done.problems),
        done.elapsed_seconds,
        bool(done.stopped_by),
        told.document(done),
    )


def _sinks(
    run: Run, on_event: Told | None, on_progress: Told | None, seconds: float, troubles: list[Problem]
) -> list[Sink]:
    sinks: list[Sink] = []
    if on_event is not None:
        hook = callback(on_event, tell=lambda *trouble: troubles.append(Problem(*trouble)))
        run.undelivered = hook.lost
        sinks.append(hook)
    if on_progress is not None:

        def failed(what: str) -> None:
            troubles.append(Problem("on_progress", f"the callback failed: {what}", ""))

        sinks.append(Latest(on_progress, seconds, failed))
    return sinks


def _in_thread(work: Callable[[Stop], told.IngestResult], stop: Stop | None) -> told.IngestResult:
    """Does the work where no KeyboardInterrupt can tear it apart: one asks it to stop, and is raised when it has.

    A second one does not wait: what is at hand then is not in the database.
    """
    asked = Stop() if stop is None else stop  # it is false until it is asked
    ended = threading.Event()
    results: list[told.IngestResult] = []
    errors: list[BaseException] = []

    def do() -> None:
        try:
            results.append(work(asked))
        except BaseException as error:
            errors.append(error)
        finally:
            ended.set()

    try:
        if threading.current_thread() is threading.main_thread():
            threading.Thread(target=do, name="sesscore-ingest", daemon=True).start()
            ended.wait()
        else:  # Python raises it in the first thread only
            do()
    except KeyboardInterrupt:
        asked.ask(signal.SIGINT)
        ended.wait()
        raise
    finally:
        if stop is None and ended.is_set():
            asked.close()
    if errors:
        raise errors.pop()
    return results.pop()
