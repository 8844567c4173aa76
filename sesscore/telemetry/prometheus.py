"""The figures of a run as a file that node_exporter's textfile collector reads.

No label holds text of a log: `sensor` and `db` are as they were configured, all others are words of ours.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sesscore import __version__
from sesscore.errors import StorageError
from sesscore.safetext import safe
from sesscore.telemetry.replaced import Replaced
from sesscore.telemetry.run import STATES
from sesscore.telemetry.words import there

if TYPE_CHECKING:
    from sesscore.telemetry.statusfile import Tell

Document = Mapping[str, Any]
Labels = dict[str, str]
Samples = list[tuple[Labels, float]]

MODE: Final = 0o644  # the exporter is another user; nothing in it is secret
LAST_SUCCESS: Final = "sesscore_last_success_timestamp_seconds"
_LONGEST_FILE: Final = 1 << 20  # of a file of ours that was there before
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")


class Metric(NamedTuple):
    """samples: of a document; none of what is not known."""

    name: str
    kind: str
    help: str
    samples: Callable[[Document], Samples]


def at(*path: str, scale: float = 1.0) -> Callable[[Document], Samples]:
    """The figure that stands in a document by these keys, if one does."""

    def samples(document: Document) -> Samples:
        value = _found(document, path)
        return [] if value is None else [({}, value * scale)]

    return samples


def each(label: str, keys: tuple[str, ...], *path: str, suffix: tuple[str, ...] = ()) -> Callable[[Document], Samples]:
    """A sample for each of some keys below `path`, which is the value of a label; the figure stands at its `suffix`."""

    def samples(document: Document) -> Samples:
        found = [(key, _found(document, (*path, key, *suffix))) for key in keys]
        return [({label: key.removesuffix("_seconds")}, value) for key, value in found if value is not None]

    return samples


def _found(document: Document, path: tuple[str, ...]) -> float | None:
    value = there(document, path)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _seconds(*path: str) -> Callable[[Document], Samples]:
    """A time, as seconds since 1970."""

    def samples(document: Document) -> Samples:
        value = there(document, path)
        return [] if value is None else [({}, _epoch(value))]

    return samples


def _epoch(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def _state(document: Document) -> Samples:
    return [({"state": state}, float(document["state"] == state)) for state in STATES]


def _reasons(document: Document) -> Samples:
    reasons = tuple(reason for reason in document["quarantine"]["reasons"] if _WORD.fullmatch(reason))
    return each("reason", reasons, "quarantine", "reasons")(document)


def _of_bytes(key: str, scale: float = 1.0) -> Callable[[Document], Samples]:
    """A figure of the progress, where that is counted in bytes."""
    figure = at("progress", key, scale=scale)
    return lambda document: figure(document) if document["progress"]["unit"] == "bytes" else []


METRICS: Final = (
    Metric("sesscore_info", "gauge", "The version of the program.", lambda document: [({"version": __version__}, 1.0)]),
    Metric("sesscore_state", "gauge", "1 for the state in which the run is, 0 for the others.", _state),
    Metric("sesscore_start_timestamp_seconds", "gauge", "When the run began.", _seconds("started")),
    Metric("sesscore_update_timestamp_seconds", "gauge", "When these figures were taken.", _seconds("updated")),
    Metric("sesscore_elapsed_seconds", "gauge", "How long the run takes so far.", at("elapsed", "total_seconds")),
    Metric("sesscore_progress_ratio", "gauge", "Done of the phase, 0 to 1.", at("progress", "percent", scale=0.01)),
    Metric("sesscore_eta_seconds", "gauge", "Until the phase is done.", at("progress", "eta_seconds")),
    Metric("sesscore_input_bytes", "gauge", "Of all logs of the run, as stored.", _of_bytes("total")),
    Metric("sesscore_input_read_bytes", "gauge", "Of these, read so far.", _of_bytes("current")),
    Metric("sesscore_input_read_bytes_per_second", "gauge", "Read in the last seconds.", _of_bytes("rate_per_sec")),
    Metric("sesscore_lines_total", "counter", "Records of this run.", at("counters", "lines")),
    Metric("sesscore_events_total", "counter", "New events of this run.", at("counters", "events")),
    Metric("sesscore_duplicates_total", "counter", "Known events of this run.", at("counters", "duplicates")),
    Metric("sesscore_sessionless_total", "counter", "Events that name no session.", at("counters", "sessionless")),
    Metric("sesscore_quarantined_total", "counter", "Records that can be no event.", at("counters", "quarantined")),
    Metric("sesscore_blank_total", "counter", "Empty lines.", at("counters", "blank")),
    Metric("sesscore_quarantine_records", "gauge", "Quarantined by this run, by reason.", _reasons),
    Metric("sesscore_sessions_new_total", "counter", "New sessions of this run.", at("counters", "sessions_new")),
    Metric(
        "sesscore_sessions_updated_total",
        "counter",
        "Sessions of before to which this run added something.",
        at("counters", "sessions_updated"),
    ),
    Metric(
        "sesscore_sessions_matched",
        "gauge",
        "New sessions of this run, by match type.",
        each("match_type", ("full_delimited", "session_id_only", "event_session"), "sessions"),
    ),
    Metric("sesscore_database_sessions", "gauge", "Sessions in the database.", at("sessions", "total")),
    Metric("sesscore_database_bytes", "gauge", "The size of the database.", at("db_bytes")),
    Metric("sesscore_wal_bytes", "gauge", "The size of its write-ahead log.", at("wal_bytes")),
    Metric(
        "sesscore_sources",
        "gauge",
        "Logs of the run, by what became of them; total is all that are known.",
        each("kind", ("total", "done", "read", "unchanged", "alien", "unreadable", "pending"), "sources"),
    ),
    Metric("sesscore_transactions_total", "counter", "Commits of this run.", at("transactions", "count")),
    Metric(
        "sesscore_transaction_seconds",
        "gauge",
        "How long a transaction takes: the last one, and of all of this run median, p99 and longest.",
        each("of", ("last_seconds", "median_seconds", "p99_seconds", "longest_seconds"), "transactions"),
    ),
    Metric("sesscore_commit_timestamp_seconds", "gauge", "When it was last committed.", _seconds("checkpoint", "at")),
    Metric(
        "sesscore_queue_depth",
        "gauge",
        "Batches that wait to be taken.",
        each("queue", ("read_ahead", "storing"), "queues", suffix=("depth",)),
    ),
    Metric(
        "sesscore_queue_limit",
        "gauge",
        "Batches that may wait.",
        each("queue", ("read_ahead", "storing"), "queues", suffix=("limit",)),
    ),
    Metric("sesscore_memory_bytes", "gauge", "Memory of the process.", at("memory", "now_bytes")),
    Metric("sesscore_memory_peak_bytes", "gauge", "The most that it had.", at("memory", "peak_bytes")),
    Metric(
        "sesscore_cpu_seconds_total",
        "counter",
        "Processor time of the process.",
        each("mode", ("user_seconds", "system_seconds"), "cpu"),
    ),
    Metric("sesscore_problems_total", "counter", "Problems that the run told.", at("problems")),
)

_SUCCESS_HELP: Final = "When all that was there had been read: the end of a complete run, or of a look while following."


class PrometheusFile:
    """A sink that replaces a file at each beat. Raises StorageError if there is no folder for it."""

    wants_milestones = False

    def __init__(self, path: str, interval: float, tell: "Tell") -> None:
        self.interval = interval
        self._tell = tell
        self._told = ""
        self._path = Path(path)
        self._file = Replaced(path, MODE)
        if not self._path.parent.is_dir():
            hint = "make it, or name a file in the folder that node_exporter reads"
            raise StorageError("the folder of the file for Prometheus does not exist", where=path, hint=hint)
        self._success: float | None = None
        self._labels: Labels | None = None

    def beat(self, document: Document) -> None:
        """Writes the figures. If they cannot be written, that is said once, and the next beat tries again."""
        if self._labels is None:
            self._labels = labels_of(document)
            self._success = success_before(self._path, self._labels)
        if succeeded(document):
            self._success = _epoch(document["updated"])
        try:
            self._file.write(exposition(document, self._success).encode())
        except OSError as error:
            problem = f"the file for Prometheus cannot be written: {error.strerror}"
            if problem != self._told:
                self._told = problem
                self._tell(str(self._path), problem, "the work goes on without it")
        else:
            self._told = ""

    def milestone(self, event: Mapping[str, Any]) -> None:
        """Nothing: the next beat has it."""

    def close(self) -> None:
        """Nothing: the file stays."""


def succeeded(document: Document) -> bool:
    """Whether all that is there was read by now."""
    following = document["phase"] == "following" and document["state"] == "running"
    return bool(following or document["state"] == "complete")


def labels_of(document: Document) -> Labels:
    """Those of every sample: with them several runs can be told apart, each with a file of its own."""
    labels = {"command": document["command"], "db": document["db"], "sensor": document["sensor"]}
    return {name: str(value) for name, value in labels.items() if value}


def exposition(document: Document, success: float | None) -> str:
    """The text of a file. success: when a run was last complete, if that is known."""
    labels = labels_of(document)
    last = Metric(LAST_SUCCESS, "gauge", _SUCCESS_HELP, lambda document: [({}, success)] if success else [])
    return "".join(line for metric in (*METRICS, last) for line in _lines(metric, document, labels))


def _lines(metric: Metric, document: Document, labels: Labels) -> Iterator[str]:
    samples = metric.samples(document)
    if samples:
        yield f"# HELP {metric.name} {metric.help}\n"
        yield f"# TYPE {metric.name} {metric.kind}\n"
    for own, value in samples:
        yield f"{metric.name}{_braced(labels | own)} {_number(value)}\n"


def _braced(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    """A text as it stands between quotes. Controls are legal there, but nobody wants them on a dashboard."""
    return safe(value).replace("\\", r"\\").replace('"', r"\"")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def success_before(path: Path, labels: Labels) -> float | None:
    """What the file of an earlier run says of the last complete one."""
    line = re.compile(re.escape(f"{LAST_SUCCESS}{_braced(labels)} ") + r"(\d{1,12}(?:\.\d{1,9})?)", re.MULTILINE)
    try:
        if path.is_file() and path.stat().st_size <= _LONGEST_FILE:
            found = line.search(path.read_text("utf-8", "replace"))
            return float(found[1]) if found else None
    except OSError:
        pass
    return None
