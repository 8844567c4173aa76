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
from itertools import groupby
from pathlib import Path
from typing import Final

from sesscore.errors import NothingToRead
from sesscore.folders import Ordered, natural_key, walk
from sesscore.numbers import Identities
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
_SLASH: Final = "/"
_STDIN_IDENTITY: Final = 0  # which no file has

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
    """Device and inode of a file, in one number."""
    descriptor: int | None = None
    """Of a file that is open already, and may have lost this name."""


def discover(arguments: Sequence[str], *, exclude: Collection[str] = ()) -> Iterator[Candidate]:
    """Give what `arguments` name: files, directories, patterns (with `**`), `-`. None given: the well-known places.

    A file that is reached twice, by whatever names, is given once. The files `exclude` are not given, nor those that
    take their names meanwhile: our own database must not be read as a log. Each is looked for when it is asked
    for, so a million of them take little memory. Raises NothingToRead at once if there is no argument and no well-known
    place.
    """
    return _found(places(arguments), exclude)


def places(arguments: Sequence[str]) -> list[str]:
    """Where to look, as `os.fsdecode` gives it. Raises NothingToRead if there is no such place."""
    return [os.fsdecode(argument) for argument in arguments or _well_known()]


def _found(arguments: Sequence[str], exclude: Collection[str]) -> Iterator[Candidate]:
    search = Search(exclude)
    for argument in arguments:
        yield from search.of(argument)


def _well_known() -> list[str]:
    """Those of the well-known places that exist, or that we may not look at."""
    at_home = map(_at_home, WELL_KNOWN_PLACES)
    found = [place for place in at_home if not _absent(place)]
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


class Search:
    """What was found so far: of a million files no more than which they were."""

    def __init__(self, exclude: Collection[str]) -> None:
        self._excluded = {_identity(info) for path in exclude if (info := _stat(path))}
        self._names = {os.path.basename(path): os.path.dirname(path) for path in exclude}  # noqa: PTH119, PTH120
        self._seen = Identities()

    def of(self, argument: str) -> Iterator[Candidate]:
        """What one argument names. What exists under that very name is no pattern."""
        if argument.startswith("~") and not os.path.lexists(argument):
            argument = _at_home(argument)  # in quotes, or from a configuration file
        if argument == STDIN:
            return self._once(Candidate(STDIN, identity=_STDIN_IDENTITY))
        if os.path.lexists(argument) or not _MAGIC.search(argument):
            return self._named(argument)
        return self._matching(argument)

    def _named(self, path: str) -> Iterator[Candidate]:
        try:
            info = Path(path).stat()
        except OSError as error:
            yield Candidate(path, *_why_not(path, error))
        except ValueError:  # NUL in the name
            yield Candidate(path, "is no possible file name")
        else:
            if stat.S_ISDIR(info.st_mode):
                yield from self._in_directory(path)
            elif problem := irregularity(info.st_mode):
                yield Candidate(path, *problem)
            elif self.is_own(path, info):
                yield Candidate(path, "is a file of the database itself", "name logs, not the database")
            else:
                yield from self._once(Candidate(path, identity=_identity(info)))

    def _in_directory(self, top: str) -> Iterator[Candidate]:
        refused: list[Candidate] = []
        found = False
        for path in walk(top, lambda folder, error: refused.append(Candidate(folder, *failure(error)))):
            found |= bool(refused)
            yield from _taken(refused)
            try:
                info = os.lstat(path)
            except OSError:  # gone since it was listed
                continue
            if not self.is_own(path, info):
                found = True
                yield from self._once(Candidate(path, identity=_identity(info)))
        if not (found or refused):
            yield Candidate(top, "holds no file", "name the directory that the honeypot logs to")
        yield from _taken(refused)

    def _matching(self, pattern: str) -> Iterator[Candidate]:
        refused: list[Candidate] = []
        matches = Ordered(_path_key)
        for path in _matches(pattern, lambda *problem: refused.append(Candidate(*problem))):
            matches.add(path)
        found = bool(refused)
        yield from refused
        for path, _ in groupby(matches):  # a pattern can lead to a path in several ways
            info = _stat(path)
            if info is None or not self.is_own(path, info):
                found = True
                yield from self._named(path)
        if not found:
            yield Candidate(pattern, "matches nothing", "check the pattern; `**` stands for any directories")

    def is_own(self, path: str, info: os.stat_result) -> bool:
        """Whether a file is excluded. Some are replaced again and again, and are known by their names only."""
        if _identity(info) in self._excluded:
            return True
        folder, _, name = path.rpartition(_SLASH)
        if name not in self._names:
            return False
        here, there = _stat(folder or (_SLASH if path != name else os.curdir)), _stat(self._names[name] or os.curdir)
        return here is not None and there is not None and _identity(here) == _identity(there)

    def is_new(self, info: os.stat_result) -> bool:
        """Whether a file was not found before."""
        return self._seen.add(_identity(info))

    def _once(self, candidate: Candidate) -> Iterator[Candidate]:
        """Itself, if its file was not found before."""
        if candidate.identity is None or self._seen.add(candidate.identity):
            yield candidate


def _taken(candidates: list[Candidate]) -> Iterator[Candidate]:
    """Gives them, and leaves none."""
    while candidates:
        yield candidates.pop(0)


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
