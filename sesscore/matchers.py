"""Who names the session of an event: the matchers, by priority, and how a user adds one (docs/matchers.md).

The built-in ones run in C (`_ext/match.pxd`), before any of a user's.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import apsw

from sesscore.errors import SesscoreError, UsageError
from sesscore.queries import sql

FIRST_OF_USERS = 100
LAST = 255  # a priority is a byte in C

Find = Callable[[Mapping[str, Any]], object]


@dataclass(frozen=True)
class Matcher:
    """One of the built-in ones. The smallest priority that names an event counts."""

    priority: int
    name: str
    looks_at: str


BUILT_IN = (
    Matcher(1, "session", "field session"),
    Matcher(2, "session_id", "field session_id"),
    Matcher(3, "sessionid", "field sessionid"),
    Matcher(4, "sid", "field sid"),
    Matcher(5, "enclosing_key", "the key around a list of events: 8 to 32 hex digits"),
    Matcher(6, "message", "[session: ID] at the end of message"),
)


@dataclass(frozen=True)
class UserMatcher:
    """A matcher that a user wrote; `matcher` makes it. Called, it is the function it was made of."""

    priority: int
    name: str
    find: Find

    def __call__(self, event: Mapping[str, Any]) -> object:
        """What the function finds in an event."""
        return self.find(event)


class MatcherFailed(SesscoreError):
    """A user's matcher raised an error. Nothing of the batch at hand is stored."""


def matcher(name: str, *, priority: int) -> Callable[[Find], UserMatcher]:
    """Makes a function a matcher: it is given the fields of an event that names no session, and gives its id, or None.

    name: as `why` and `sesscore matchers` show it. priority: 100 to 255, a number of its own for as long as the
    database lives. An id is non-empty text or an integer; anything else names nothing. Raises UsageError.
    """
    if not FIRST_OF_USERS <= priority <= LAST:
        raise UsageError(f"the priority of matcher {name!r} is {priority}, not {FIRST_OF_USERS} to {LAST}")
    if not name or name in {one.name for one in BUILT_IN}:
        raise UsageError(f"a matcher cannot be called {name!r}: the name is empty or that of a built-in one")
    return lambda find: UserMatcher(priority, name, find)


class Registry:
    """The user's matchers of a run, by priority."""

    def __init__(self, users: Iterable[UserMatcher] = ()) -> None:
        """Raises UsageError if two have one priority or one name."""
        self.users = tuple(sorted(users, key=lambda one: one.priority))
        for one, other in zip(self.users, self.users[1:], strict=False):
            if one.priority == other.priority:
                raise UsageError(f"the matchers {one.name!r} and {other.name!r} have the same priority {one.priority}")
        if len({one.name for one in self.users}) < len(self.users):
            raise UsageError("two matchers have the same name")

    def ask(self, fields: dict[str, Any]) -> tuple[int, str] | None:
        """The priority of the first matcher that names an event, and the session id. Raises MatcherFailed."""
        for one in self.users:
            try:
                session_id = usable(one.find(fields))
            except Exception as error:
                what = f"the matcher {one.name!r} failed, {type(error).__name__}: {error}"
                raise MatcherFailed(what, hint="mend it, or leave it out") from error
            if session_id is not None:
                return one.priority, session_id
        return None

    def enter(self, connection: apsw.Connection) -> None:
        """Stores the names of the user's matchers. Raises UsageError if the database knows others by these numbers."""
        known: dict[int, str] = dict(connection.execute(sql("store/matchers")))
        names = {name: priority for priority, name in known.items()}
        for one in self.users:
            if known.get(one.priority, one.name) != one.name or names.get(one.name, one.priority) != one.priority:
                raise UsageError(
                    f"matcher {one.name!r} with priority {one.priority} is not the one that this database knows",
                    hint="sesscore matchers, and the name and priority that it shows",
                )
            if one.priority not in known:
                connection.execute(sql("store/matcher"), {"matcher": one.priority, "name": one.name})


def usable(found: object) -> str | None:
    """A session id as it is taken: non-empty text as it is, an integer as its decimal text, nothing else."""
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return str(found)
    return str(found) if isinstance(found, str) and found else None


def load(reference: str) -> UserMatcher:
    """The matcher that `MODULE:NAME` or `FILE.py:NAME` means. Raises UsageError."""
    place, _, name = reference.rpartition(":")
    if not place or not name:
        raise UsageError(f"{reference!r} does not say where a matcher is", hint="--matcher FILE.py:NAME")
    try:
        module = _from_file(place) if place.endswith(".py") else importlib.import_module(place)
    except Exception as error:
        what = f"the matcher cannot be loaded, {type(error).__name__}: {error}"
        raise UsageError(what, where=reference) from error
    found = getattr(module, name, None)
    if not isinstance(found, UserMatcher):
        hint = f"put @sesscore.matchers.matcher(NAME, priority={FIRST_OF_USERS}) before it"
        raise UsageError(f"there is no matcher {name!r}", where=place, hint=hint)
    return found


def _from_file(path: str) -> ModuleType:
    """A module of its own: it may be called like any other."""
    spec = importlib.util.spec_from_file_location(f"sesscore_matchers_{Path(path).stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"no Python file: {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
