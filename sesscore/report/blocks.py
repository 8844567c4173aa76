"""Sessions as the older tools tell of them: who logged in, what was brought, what was typed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any

import apsw

from sesscore.parts import Packed, Texts, of_kinds
from sesscore.queries import sql
from sesscore.render import moment
from sesscore.report.document import Listed

LOGIN, COMMAND, DOWNLOAD, UPLOAD = _KINDS = 2, 3, 6, 8  # kinds of activities

Row = Mapping[str, Any]
Activities = Callable[[int], Iterable[Packed]]  # those of a kind in order of time; logins with their moment

_value = itemgetter(2)


class Blocks:
    """Makes the block of a session from its row."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._texts = Texts(connection, ahead=False)

    def block(self, session: Row) -> dict[str, Any]:
        """What is told of a session. Lists of one whose activities fill further parts are `Listed`."""
        activities, lasting = self._activities(session), bool(session["more"])
        login_us, username, password = self._login(activities(LOGIN))
        return {
            "session": session["session"],
            "sensor": session["sensor"],
            "started": moment(session["started"]),
            "duration_ms": session["duration_ms"],
            "protocol": session["protocol"],
            "username": username,
            "password": password,
            "timestamp": moment(login_us),
            "src_ip": session["src_ip"],
            "total_commands": session["total_commands"],
            "downloads": self._listed(activities, DOWNLOAD, lasting),
            "uploads": self._listed(activities, UPLOAD, lasting),
            "commands": self._listed(activities, COMMAND, lasting),
        }

    def _login(self, logins: Iterable[Packed]) -> tuple[int | None, str | None, str | None]:
        """When, and with what, somebody got in first."""
        for _, at_us, username, password, _ in logins:
            return at_us, self._texts[username], self._texts[password]
        return None, None, None

    def _listed(self, activities: Activities, kind: int, lasting: bool) -> list[Any] | Listed:
        if lasting:
            return Listed(lambda: self._told(activities(kind), kind))
        found = activities(kind)
        return list(self._told(found, kind)) if found else []

    def _told(self, activities: Iterable[Packed], kind: int) -> Iterator[Any]:
        """Commands, or transfers that state a hash."""
        if kind == COMMAND:
            return map(self._texts.__getitem__, map(_value, activities))
        return self._transfers(activities, "url" if kind == DOWNLOAD else "filename")

    def _transfers(self, activities: Iterable[Packed], name: str) -> Iterator[dict[str, str | None]]:
        for _, _, value, shasum, _ in activities:
            if self._texts[shasum]:
                yield {name: self._texts[value], "shasum": self._texts[shasum]}

    def _activities(self, session: Row) -> Activities:
        """Of one part they are held; of more they are read again for each kind."""
        if session["more"]:
            return lambda kind: self._read(session["session_key"], kind)
        return _of_kinds(_KINDS, session["first_us"], session["activities"]).__getitem__

    def _read(self, session_key: int, kind: int) -> Iterator[Packed]:
        for first_us, activities, _ in self._connection.execute(sql("session/parts"), {"session_key": session_key}):
            yield from _of_kinds((kind,), first_us, activities)[kind]


def _of_kinds(kinds: Iterable[int], first_us: int, activities: str) -> dict[int, list[Packed]]:
    """Activities by kind, those that a moment is told of with it in place of the distance from the first event."""
    found = of_kinds(activities, kinds)
    for packed in found.get(LOGIN, ()):
        packed[1] += first_us
    return found
