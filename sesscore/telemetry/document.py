"""Documents of a run: all its figures at one moment, `sesscore.status/1`, and what happened, `sesscore.milestone/1`.

Every key is in every document; what is not known is null. docs/telemetry.md says what each is.
"""

import time
from operator import ge
from typing import Any, Final

from sesscore.telemetry.machine import Usage, hostname, memory_now, process_started, size_of
from sesscore.telemetry.rates import Progress
from sesscore.telemetry.run import Checkpoint, Counters, Run, error_of
from sesscore.telemetry.times import Times

SCHEMA: Final = "sesscore.status/1"
MILESTONE: Final = "sesscore.milestone/1"
_FATES: Final = 6  # counters of records, which add up; what follows are sessions
KINDS: Final = ("read", "unchanged", "alien", "unreadable", "pending")


class Documents:
    """Makes the documents of a run, one after the other. For one thread.

    interval: seconds between two of them, by which readers know that a writer is late. compat: with the keys of the
    older tools.
    """

    def __init__(self, run: Run, interval: float = 1.0, *, compat: bool = True) -> None:
        self._run = run
        self._progress = Progress()
        self._usage = Usage()
        self._written = Counters()
        self._times = _times(run.transactions)
        self._writes = 0
        self._interval = interval
        self._compat = compat
        self._identity = {"run_id": run.run_id, "command": run.command, "pid": run.pid}
        self._host = {"hostname": hostname(), "process_started": process_started(run.pid)}
        self._db = plain(run.db)

    def milestone(self, event: dict[str, Any]) -> dict[str, Any]:
        """The document of something that happened."""
        at = iso(event.pop("at"))
        name = event.pop("event")
        run = {**self._identity, "db": self._db, "sensor": plain(self._run.sensor)}
        return {"schema": MILESTONE, "event": name, "at": at, **run, **event}

    def make(self) -> dict[str, Any]:
        """The document of this moment."""
        self._writes += 1
        now, clock = time.monotonic(), time.time()
        made = self._made(now, clock)
        if self._compat:
            from sesscore.telemetry.compat import older_keys

            older_keys(made, self._run, clock)
        return made

    def _made(self, now: float, clock: float) -> dict[str, Any]:
        run = self._run
        cpu, peak = self._usage.told(now)
        error = run.last_error
        state, committed = run.state, run.committed  # before the phase and what is written, which are never behind them
        written = self._held(run.written)
        return {
            "schema": SCHEMA,
            **self._identity,
            **self._host,
            "sensor": plain(run.sensor),
            "sensors": [plain(name) for name in run.sensors],
            "db": self._db,
            "state": state,
            "phase": run.phase,
            "phase_started": iso(run.phase_started),
            "started": iso(run.started),
            "updated": iso(clock),
            "interval_seconds": self._interval,
            "elapsed": {
                "phase_seconds": _since(run.phase_began, now),
                "total_seconds": _since(run.began, now),
            },
            "progress": self._progress.told(run, now),
            "counters": written._asdict(),
            "committed": committed._asdict(),
            "sessions": _sessions(run),
            "sources": self._sources(),
            "checkpoint": _checkpoint(run.checkpoint, run.transactions.count, now),
            "queues": {"read_ahead": _queue(run.read_ahead), "storing": _queue(run.storing)},
            "transactions": self._transactions(),
            "wal_bytes": size_of(run.db and f"{run.db}-wal"),
            "db_bytes": size_of(run.db),
            "memory": {"now_bytes": memory_now(), "peak_bytes": peak},
            "cpu": cpu,
            "last_error": None if error is None else {"at": iso(error.at), **_plain(error_of(error))},
            "problems": run.problems,
            "quarantine": {"records": written.quarantined, "reasons": dict(run.reasons)},
            "hooks": {"dropped": run.hooks_dropped + (0 if run.undelivered is None else run.undelivered())},
            "writes": self._writes,
            "cost_seconds": round(time.thread_time(), 6),
        }

    def _held(self, written: Counters) -> Counters:
        """What was written and rolled back, because the disk was full, is written again, and not told twice.

        The last document has what came of it all, whatever was told before.
        """
        if not self._run.over:
            before = self._written
            ledger = written if all(map(ge, written[:_FATES], before[:_FATES])) else before
            written = Counters(*ledger[:_FATES], *map(max, written[_FATES:], before[_FATES:]))
        self._written = written
        return written

    def _transactions(self) -> dict[str, Any]:
        times = self._run.transactions
        if times.count != self._times["count"]:  # seldom: there are fewer of them than documents
            self._times = _times(times)
        return self._times

    def _sources(self) -> dict[str, Any]:
        run = self._run
        now = None if run.source_now is None else run.source_now()
        current = None if now is None else {**now._asdict(), "path": plain(now.path)}
        kinds = {kind: run.sources.get(kind, 0) for kind in KINDS}
        total = None if run.sources_total is None else max(run.sources_total, run.sources_done)
        return {"total": total, "done": run.sources_done, **kinds, "current": current}


def iso(at: float) -> str:
    """A moment in UTC, with microseconds."""
    seconds, micros = divmod(round(at * 1_000_000), 1_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{micros:06}Z"


def plain(text: str | None) -> str | None:
    """A name of the system as text that any reader of JSON takes: bytes that are no UTF-8 are written as escapes."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _plain(texts: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(text) if isinstance(text, str) else text for name, text in texts.items()}


def _since(began: float, now: float) -> float:
    return round(max(0.0, now - began), 6)


def _sessions(run: Run) -> dict[str, Any]:
    full, only, event = run.matched
    return {"total": run.sessions_total, "full_delimited": full, "session_id_only": only, "event_session": event}


def _checkpoint(last: Checkpoint | None, transactions: int, now: float) -> dict[str, Any]:
    if last is None:
        return {"at": None, "transactions": 0, "source": None, "offset": None, "events": 0, "seconds_ago": None}
    return {
        "at": iso(last.at),
        "transactions": transactions,
        "source": plain(last.source),
        "offset": last.offset,
        "events": last.events,
        "seconds_ago": _since(last.monotonic, now),
    }


def _queue(asked: Any) -> dict[str, int | None]:
    depth, limit = (None, None) if asked is None else asked()
    return {"depth": depth, "limit": limit}


def _times(times: Times) -> dict[str, Any]:
    seconds = {"last": times.last, "median": times.at(0.5), "p99": times.at(0.99), "longest": times.longest}
    rounded = {f"{name}_seconds": None if told is None else round(told, 6) for name, told in seconds.items()}
    return {"count": times.count, **rounded}
