"""Sessions as the older tools tell of them: who logged in, what was brought, what was typed."""

from collections.abc import Iterator, Mapping
from typing import Any

import apsw

from sesscore.parts import Packed, Texts, unpacked
from sesscore.queries import sql
from sesscore.render import moment
from sesscore.report.document import Listed

LOGIN, COMMAND, DOWNLOAD, UPLOAD = 2, 3, 6, 8  # kinds of activities

Row = Mapping[str, Any]
Part = tuple[int, str]  # first_us, activities


class Blocks:
    """Makes the block of a session from its row."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._texts = Texts(connection, ahead=False)

    def block(self, session: Row) -> dict[str, Any]:
        """What is told of a session. Lists of one whose activities fill further parts are `Listed`."""
        login_us, username, password = self._login(session)
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
            "downloads": self._listed(session, DOWNLOAD),
            "uploads": self._listed(session, UPLOAD),
            "commands": self._listed(session, COMMAND),
        }

    def _login(self, session: Row) -> tuple[int | None, str | None, str | None]:
        """When, and with what, somebody got in first."""
        for at_us, (_, _, username, password, _) in self._activities(session, LOGIN):
            return at_us, self._texts[username], self._texts[password]
        return None, None, None

    def _listed(self, session: Row, kind: int) -> list[Any] | Listed:
        if session["more"]:
            return Listed(lambda: self._told(session, kind))
        return list(self._told(session, kind))

    def _told(self, session: Row, kind: int) -> Iterator[Any]:
        """Commands, or transfers that state a hash."""
        texts = self._texts
        for _, (_, _, value, shasum, _) in self._activities(session, kind):
            if kind == COMMAND:
                yield texts[value]
            elif texts[shasum]:
                yield {"url" if kind == DOWNLOAD else "filename": texts[value], "shasum": texts[shasum]}

    def _activities(self, session: Row, kind: int) -> Iterator[tuple[int, Packed]]:
        for first_us, activities in self._parts(session):
            for packed in unpacked(activities):
                if packed[0] == kind:
                    yield first_us + packed[1], packed

    def _parts(self, session: Row) -> Iterator[Part]:
        if not session["more"]:
            yield session["first_us"], session["activities"]
            return
        key = {"session_key": session["session_key"]}
        for first_us, activities, _ in self._connection.execute(sql("session/parts"), key):
            yield first_us, activities
