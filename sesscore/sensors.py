"""Several sensors in one run: which files are whose, for events that do not say it themselves."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sesscore.discover import Candidate, discover
from sesscore.errors import UsageError
from sesscore.wording import counted

UNKNOWN = "unknown"

_Key = int | str


@dataclass(frozen=True, slots=True)
class Sensor:
    """A honeypot by name, and where its logs are. paths: like those of `sesscore ingest`, at least one."""

    name: str
    paths: tuple[str, ...]


class Shared(NamedTuple):
    """Files to which two sensors lead. path: the first of them; owner: the sensor that they count for."""

    path: str
    files: int
    owner: str
    other: str

    @property
    def problem(self) -> str:
        """Completes the sentence that the path begins."""
        others = f" and {counted(self.files - 1, 'other file')}" if self.files > 1 else ""
        counts = "count" if others else "counts"
        return f"is among the logs of sensors {self.owner} and {self.other}; it{others} {counts} for {self.owner}"

    @property
    def hint(self) -> str:
        """What to do about it."""
        return "let the paths of a sensor lead to its own logs only"


class Found(NamedTuple):
    """The files to read, each with its sensor if there is one of its own, and those that two sensors claim."""

    candidates: list[Candidate]
    shared: list[Shared]


def stored_name(name: str | None) -> str:
    """The name of a sensor as it is stored: SQLite holds no lone surrogates, and those of a log are U+FFFD, too."""
    return (name or UNKNOWN).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def find_sources(
    paths: Sequence[str],
    *,
    sensor: str | None = None,
    sensors: Sequence[Sensor] = (),
    exclude: Collection[str] = (),
) -> Found:
    """The files to read, each once.

    Without paths: those of all sensors, or of the one that `sensor` names; without sensors the well-known places. With
    paths: what they lead to. If `sensor` is given, it is the sensor of all of them; else a file has the sensor
    whose own paths lead to it. The sensor that comes first owns what two lead to. exclude: as for `discover`.
    Raises UsageError if no sensor has the name, NothingToRead.
    """
    if not paths and sensors:
        return _of_sensors(_wanted(sensors, sensor), exclude)
    candidates = discover(paths, exclude=exclude)
    if sensor is None and sensors:
        owners = {_key(one): one.sensor for one in _of_sensors(sensors, exclude).candidates if one.problem is None}
        candidates = [replace(one, sensor=owners.get(_key(one))) for one in candidates]
    return Found(candidates, [])


def wanted_paths(paths: Sequence[str], sensor: str | None, sensors: Sequence[Sensor]) -> list[str]:
    """The paths whose files `find_sources` gives; none: the well-known places. Raises UsageError."""
    return list(paths) or [path for one in _wanted(sensors, sensor) for path in one.paths]


def _wanted(sensors: Sequence[Sensor], name: str | None) -> Sequence[Sensor]:
    if name is None or not sensors:
        return sensors
    wanted = [one for one in sensors if stored_name(one.name) == stored_name(name)]
    if not wanted:
        names = ", ".join(one.name for one in sensors)
        hint = f"one of these: {names}; or name the logs as well: sesscore ingest PATH --sensor NAME"
        raise UsageError(f"no sensor {name!r} is configured", hint=hint)
    return wanted


def _of_sensors(sensors: Sequence[Sensor], exclude: Collection[str]) -> Found:
    """What the paths of sensors lead to; a problem of one is no problem of the others."""
    candidates: list[Candidate] = []
    owners: dict[_Key, str] = {}
    shared: dict[tuple[str, str], Shared] = {}
    for candidate in _claims(sensors, exclude):
        owner = owners.setdefault(_key(candidate), candidate.sensor or UNKNOWN) if candidate.problem is None else None
        if owner is None or owner == candidate.sensor:
            candidates.append(candidate)
        else:
            pair = owner, candidate.sensor or UNKNOWN
            known = shared.get(pair, Shared(candidate.path, 0, *pair))
            shared[pair] = known._replace(files=known.files + 1)
    return Found(candidates, list(shared.values()))


def _claims(sensors: Sequence[Sensor], exclude: Collection[str]) -> Iterator[Candidate]:
    for sensor in sensors:
        for candidate in discover(sensor.paths, exclude=exclude):
            yield replace(candidate, sensor=stored_name(sensor.name))


def _key(candidate: Candidate) -> _Key:
    """What makes two candidates one file; standard input has no inode."""
    return candidate.identity or candidate.path
