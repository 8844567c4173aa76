"""From the arguments of a command to the files to read: each once, in an order that can be relied on.

Of a rotated log the dated files come first, in natural order, and the live one last. Every regular file of a directory
counts, whatever its name, as do hidden ones. Links are followed where an argument names them, or a pattern matches
them as a shell would have; those that a walk meets are passed over, like FIFOs and devices there.
"""

import contextlib
import fnmatch
import os
import re
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sesscore.errors import NothingToRead
from sesscore.sources import STDIN
from sesscore.unreadable import failure, irregularity

WELL_KNOWN_PLACES: Final = (
    "/srv/cowrie/var/log/cowrie",  # DShield
    "~/tpotce/data/cowrie/log",  # T-Pot
    "/data/cowrie/log",  # T-Pot before 24.04
    "/home/cowrie/cowrie/var/log/cowrie",
    "./var/log/cowrie",
)

_MAGIC: Final = re.compile(r"[*?[]")
_NUMBER: Final = re.compile(r"([0-9]+)")
_SLASH: Final = "/"
_LAST: Final = "\U0010ffff"

_Refuse = Callable[[str, str, str], None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be a source, or why an argument yields none."""

    path: str
    """As `os.fsdecode` gives it: bytes that are no UTF-8 are lone surrogates. `-` is standard input."""
    problem: str | None = None
    """Completes the sentence that the path begins: `does not exist`."""
    hint: str = ""
    sensor: str | None = None
    """Whose it is, if not that of the run; see `sesscore.sensors`."""
    identity: int | None = field(default=None, compare=False)
    """Device and inode of a file, in one number: of a million files it is kept."""
    descriptor: int | None = None
    """Of a file that is open already, and may have lost this name."""


def discover(arguments: Sequence[str], *, exclude: Collection[str] = ()) -> list[Candidate]:
    """List what `arguments` name: files, directories, patterns (with `**`), `-`. None given: the well-known places.

    A file that is reached twice, by whatever names, is listed once. The files `exclude` are not listed: our own
    database must not be read as a log. Raises NothingToRead if there is no argument and no well-known place.
    """
    search = _Search(exclude)
    for argument in arguments or _places():
        search.add(os.fsdecode(argument))
    return search.candidates


def natural_key(name: str) -> tuple[list[str | int], str]:
    """Sort key of a file name: numbers by value, and a name after those that it begins (`a.json.1` < `a.json`)."""
    parts: list[str | int] = list(_NUMBER.split(name + _LAST))
    parts[1::2] = [int(number) for number in parts[1::2]]
    return parts, name


def _places() -> list[str]:
    """Those of the well-known places that exist, or that we may not look at."""
    places = [_at_home(place) for place in WELL_KNOWN_PLACES]
    found = [place for place in places if not _absent(place)]
    if not found:
        hint = f"name files or directories: `sesscore ingest PATH…`. Looked in {', '.join(WELL_KNOWN_PLACES)}"
        raise NothingToRead("no log was named, and none of the well-known places exists", hint=hint)
    return found


def _path_key(path: str) -> list[tuple[list[str | int], str]]:
    return [natural_key(part) for part in path.split(_SLASH)]


def _at_home(path: str) -> str:
    return os.path.expanduser(path)  # noqa: PTH111 - pathlib's fails for a user without a home


def _absent(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


class _Search:
    """The files found so far."""

    def __init__(self, exclude: Collection[str]) -> None:
        self.candidates: list[Candidate] = []
        self._excluded = {_identity(info) for path in exclude if (info := _stat(path))}
        self._seen = set(self._excluded)
        self._stdin = False

    def add(self, argument: str) -> None:
        """Add what one argument names. What exists under that very name is no pattern."""
        if argument.startswith("~") and not os.path.lexists(argument):
            argument = _at_home(argument)  # in quotes, or from a configuration file
        if argument == STDIN:
            self._add_stdin()
        elif os.path.lexists(argument) or not _MAGIC.search(argument):
            self._add_named(argument)
        else:
            self._add_matches(argument)

    def _add_stdin(self) -> None:
        if not self._stdin:
            self.candidates.append(Candidate(STDIN))
        self._stdin = True

    def _add_named(self, path: str) -> None:
        try:
            info = Path(path).stat()
        except OSError as error:
            self._refuse(path, *_why_not(path, error))
        except ValueError:  # NUL in the name
            self._refuse(path, "is no possible file name")
        else:
            if stat.S_ISDIR(info.st_mode):
                self._add_directory(path)
            elif problem := irregularity(info.st_mode):
                self._refuse(path, *problem)
            elif _identity(info) in self._excluded:
                self._refuse(path, "is a file of the database itself", "name logs, not the database")
            else:
                self._add_file(path, info)

    def _add_directory(self, path: str) -> None:
        found = False
        before = len(self.candidates)
        for entry in _walk(path, self._refuse):
            try:
                info = entry.stat(follow_symlinks=False)
            except OSError:  # gone since it was listed
                continue
            found |= _identity(info) not in self._excluded
            self._add_file(entry.path, info)
        if not found and len(self.candidates) == before:
            self._refuse(path, "holds no file", "name the directory that the honeypot logs to")

    def _add_matches(self, pattern: str) -> None:
        found = False
        before = len(self.candidates)
        for path in sorted(set(_matches(pattern, self._refuse)), key=_path_key):
            info = _stat(path)
            if info is None or _identity(info) not in self._excluded:
                found = True
                self._add_named(path)
        if not found and len(self.candidates) == before:
            self._refuse(pattern, "matches nothing", "check the pattern; `**` stands for any directories")

    def _add_file(self, path: str, info: os.stat_result) -> None:
        identity = _identity(info)
        if identity not in self._seen:
            self._seen.add(identity)
            self.candidates.append(Candidate(path, identity=identity))

    def _refuse(self, path: str, problem: str, hint: str = "") -> None:
        self.candidates.append(Candidate(path, problem, hint))


def _identity(info: os.stat_result) -> int:
    return info.st_dev << 64 | info.st_ino


def _stat(path: str) -> os.stat_result | None:
    try:
        return Path(path).stat()
    except (OSError, ValueError):
        return None


def _why_not(path: str, error: OSError) -> tuple[str, str]:
    """Say why the file that `path` leads to cannot be looked at."""
    with contextlib.suppress(OSError):
        if stat.S_ISLNK(os.lstat(path).st_mode) and not isinstance(error, PermissionError):
            return "is a symbolic link that leads nowhere", "check what it points to: `readlink -f`"
    return failure(error)


def _entries(directory: str) -> list[os.DirEntry[str]]:
    with os.scandir(directory) as entries:
        return sorted(entries, key=lambda entry: natural_key(entry.name))


def _walk(top: str, refuse: _Refuse) -> Iterator[os.DirEntry[str]]:
    """Go through a directory and all below it: the regular files of each in order, then its directories."""
    waiting = [top]
    while waiting:
        directory = waiting.pop()
        try:
            entries = _entries(directory)
        except OSError as error:
            refuse(directory, *failure(error))
            continue
        yield from (entry for entry in entries if entry.is_file(follow_symlinks=False))
        waiting += [entry.path for entry in reversed(entries) if entry.is_dir(follow_symlinks=False)]


def _matches(pattern: str, refuse: _Refuse) -> Iterator[str]:
    """Expand a pattern as a shell does: `*` and `**` match no name with a leading dot, `**` enters no link."""
    return _expand("", pattern.split(_SLASH), refuse)


def _expand(base: str, parts: list[str], refuse: _Refuse) -> Iterator[str]:
    """Expand the parts of a pattern below `base`, which is empty or ends with a slash."""
    part, rest = parts[0], parts[1:]
    if part == "**":
        for directory in _directories(base, refuse):
            yield from _expand(directory, rest or ["*"], refuse)
        return
    if _MAGIC.search(part):
        names = [entry.name for entry in _listed(base, refuse) if fnmatch.fnmatchcase(entry.name, part)]
        names = [name for name in names if part.startswith(".") or not name.startswith(".")]
    else:
        names = [part] if not base or os.path.lexists(base + part) else []
    for name in names:
        if rest:
            yield from _expand(f"{base}{name}{_SLASH}", rest, refuse)
        else:
            yield base + name


def _directories(base: str, refuse: _Refuse) -> Iterator[str]:
    """Give `base` and the directories below it, but no links and none with a leading dot."""
    waiting = [base]
    while waiting:
        directory = waiting.pop()
        yield directory
        below = (entry for entry in _listed(directory, refuse) if entry.is_dir(follow_symlinks=False))
        waiting += [f"{directory}{entry.name}{_SLASH}" for entry in below if not entry.name.startswith(".")]


def _listed(base: str, refuse: _Refuse) -> list[os.DirEntry[str]]:
    """List a directory that a pattern leads to. That it is none means no match, but not being allowed to is said."""
    try:
        with os.scandir(base or os.curdir) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        refuse(base, *failure(error))
        return []
