"""Who names the session of an event: the matchers of docs/design.md, "Sessions", and a user's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sesscore.recount_values import Fields, Value, integer_text, own_text, plain, stored

_MESSAGE_SESSION = re.compile(r"\[session: ([^ \t\n\r\f\v\[\]]+)\]\Z")


class Matcher(NamedTuple):
    """What named a session. The smaller is the better."""

    priority: int
    name: str


SESSION = Matcher(1, "session")

# priority, name, and a function that is given the fields as `json` would and returns the id
UserMatcher = tuple[int, str, Callable[[dict[str, Any]], object]]


def _usable(value: Value) -> str | None:
    """A session id: non-empty text as it is, or an integer as its decimal text."""
    return own_text(value) or integer_text(value)


def _end_of_message(value: Value) -> str | None:
    match = _MESSAGE_SESSION.search(value) if isinstance(value, str) else None
    return stored(match[1]) if match else None


_BUILT_IN: tuple[tuple[Matcher, Callable[[Fields, str | None], str | None]], ...] = (
    (SESSION, lambda fields, key: _usable(fields.get("session"))),
    (Matcher(2, "session_id"), lambda fields, key: _usable(fields.get("session_id"))),
    (Matcher(3, "sessionid"), lambda fields, key: _usable(fields.get("sessionid"))),
    (Matcher(4, "sid"), lambda fields, key: _usable(fields.get("sid"))),
    (Matcher(5, "enclosing_key"), lambda fields, key: key),
    (Matcher(6, "message"), lambda fields, key: _end_of_message(fields.get("message"))),
)


def session_name(
    fields: Fields, enclosing_key: str | None, matchers: Sequence[UserMatcher] = ()
) -> tuple[Matcher, str] | None:
    """Name the session of an event: (matcher, session id), or None for a sessionless one."""
    for matcher, ask in _BUILT_IN:
        name = ask(fields, enclosing_key)
        if name is not None:
            return matcher, name
    for priority, matcher_name, function in sorted(matchers, key=itemgetter(0)):
        result = function({key: plain(value) for key, value in fields.items()})
        name = _usable(result) if isinstance(result, str | int) else None
        if name is not None:
            return Matcher(priority, matcher_name), name
    return None
