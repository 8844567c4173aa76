"""Several sensors in one run: which files are whose, for events that do not say it themselves."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sesscore.discover import Candidate, discover
from sesscore.errors import UsageError
from sesscore.numbers import Identities
from sesscore.wording import counted

UNKNOWN = "unknown"


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


@dataclass
class Found:
    """The files to read, each with its sensor if there is one of its own; found as they are asked for."""

    candidates: Iterator[Candidate]
    _shared: dict[tuple[str, str], Shared] = field(default_factory=dict)

    @property
    def shared(self) -> list[Shared]:
        """Those that two sensors claim, of the candidates that were asked for."""
        return list(self._shared.values())


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
        shared: dict[tuple[str, str], Shared] = {}
        return Found(_claims(_wanted(sensors, sensor), exclude, [], shared), shared)
    candidates = discover(paths, exclude=exclude)
    if sensor is None and sensors:
        candidates = _with_owners(candidates, sensors, exclude)
    return Found(candidates)


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


def _claims(
    sensors: Sequence[Sensor],
    exclude: Collection[str],
    owned: list[tuple[str, Identities]],
    shared: dict[tuple[str, str], Shared],
) -> Iterator[Candidate]:
    """What the paths of sensors lead to; a problem of one is no problem of the others.

    owned: is added to, a set of files for each sensor; shared: what two of them claim.
    """
    for sensor in sensors:
        name, files = stored_name(sensor.name), Identities()
        for candidate in discover(sensor.paths, exclude=exclude):
            owner = _owner(candidate, owned) or name
            if owner == name:
                if candidate.identity is not None:
                    files.add(candidate.identity)
                yield replace(candidate, sensor=name)
            else:
                known = shared.get((owner, name), Shared(candidate.path, 0, owner, name))
                shared[owner, name] = known._replace(files=known.files + 1)
        owned.append((name, files))


def _with_owners(
    candidates: Iterator[Candidate], sensors: Sequence[Sensor], exclude: Collection[str]
) -> Iterator[Candidate]:
    """The same files, each with the sensor whose own paths lead to it."""
    owned: list[tuple[str, Identities]] = []
    for _ in _claims(sensors, exclude, owned, {}):
        pass
    for candidate in candidates:
        yield replace(candidate, sensor=_owner(candidate, owned))


def _owner(candidate: Candidate, owned: Sequence[tuple[str, Identities]]) -> str | None:
    """Whose a file is; None if it is nobody's, or none."""
    identity = candidate.identity
    return None if identity is None else next((name for name, files in owned if identity in files), None)
