"""A database that is open for questions."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from sesscore.api import asking
from sesscore.api.asking import Activities, Time
from sesscore.api.state import State
from sesscore.api.things import Activity, Session
from sesscore.errors import UsageError

if TYPE_CHECKING:
    from sesscore.api.batches import Batches
    from sesscore.api.sections import Report
    from sesscore.api.verifying import Verification
    from sesscore.matchers import UserMatcher
    from sesscore.sensors import Sensor

_YES_NO: dict[object, str] = {True: "yes", False: "no"}

MatchType = Literal["full_delimited", "session_id_only", "event_session"]


class Database:
    """A database that is only read; ingest may write it meanwhile. A context manager: leaving closes it.

    Each question sees one state. It can be asked from any thread: questions wait for each other. Not after fork().
    """

    def __init__(self, state: State) -> None:
        """`sesscore.open` makes it."""
        self._state = state
        self._activities = Activities(state)

    @property
    def path(self) -> str:
        """Where it lies, links resolved."""
        return self._state.path

    def close(self) -> None:
        """Close it; a second call does nothing. Rows that were given stay."""
        self._state.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._state.close_after(error)

    def snapshot(self, seconds: float | None = 60.0) -> AbstractContextManager[None]:
        """Within the block all questions, of all threads, see the state of its beginning.

        seconds: how long at the most; then questions raise SnapshotExpired. None: for ever, and for as long the log of
        a database that is written cannot be shortened. Raises UsageError if one is open already.
        """
        if seconds is not None and (not isinstance(seconds, int | float) or not seconds > 0):
            raise UsageError(f"seconds must be a number above 0, or None: {seconds!r}")
        return self._state.held(seconds)

    def sessions(
        self,
        *,
        since: Time | None = None,
        until: Time | None = None,
        during: Time | None = None,
        tz: str = "UTC",
        sensor: str | None = None,
        src: str | None = None,
        protocol: str | None = None,
        command: str | None = None,
        username: str | None = None,
        password: str | None = None,
        hash: str | None = None,
        tty: bool | None = None,
        tty_log: str | None = None,
        hassh: str | None = None,
        client_version: str | None = None,
        match_type: MatchType | None = None,
        min_events: int = 0,
        min_commands: int = 0,
        min_logins: int = 0,
        min_downloads: int = 0,
        min_uploads: int = 0,
    ) -> Iterator[Session]:
        """Sessions by their start, those that pass all filters, which are those of `sesscore sessions`.

        They are read page by page, each page from the newest state unless a snapshot is open. Raises UsageError for a
        filter that can never be met.
        """
        filters = {
            "src": src,
            "protocol": protocol,
            "command": command,
            "username": username,
            "password": password,
            "hash": hash,
            "tty": _YES_NO.get(tty, tty),
            "tty_log": tty_log,
            "hassh": hassh,
            "client_version": client_version,
            "match_type": match_type,
            "min_events": min_events,
            "min_commands": min_commands,
            "min_logins": min_logins,
            "min_downloads": min_downloads,
            "min_uploads": min_uploads,
        }
        period = asking.period_of(since, until, during, tz)
        return asking.sessions(self._state, period, asking.stored_sensor(sensor), asking.session_filters(filters))

    def find(self, session: str, *, sensor: str | None = None) -> list[Session]:
        """All sessions of an id, by sensor and start; or the one of `#session_key`. Raises UnknownSession."""
        return asking.find(self._state, session, asking.stored_sensor(sensor))

    def session(self, session: str, *, sensor: str | None = None) -> Session:
        """The one session of an id, or of `#session_key`. Raises UnknownSession; UsageError if there are several."""
        found = self.find(session, sensor=sensor)
        if len(found) > 1:
            keys = ", ".join(f"#{one.session_key}" for one in found[:5])
            raise UsageError(
                f"{len(found)} sessions have the id {session}", hint=f"find(…) for all; or one of them: {keys}"
            )
        return found[0]

    def activities(self, session: Session | int, *kinds: str) -> Iterator[Activity]:
        """What a session did, in order of time. session: it, or its session_key; nothing if there is none.

        kinds: only these, like "command", "login_success". Raises UsageError for a kind that there is not.
        """
        key = session.session_key if isinstance(session, Session) else session
        if isinstance(key, bool) or not isinstance(key, int):
            raise UsageError(f"a session is meant, or its session_key: {session!r}")
        return self._activities.of(key, kinds)

    def report(
        self,
        name: str,
        *,
        since: Time | None = None,
        until: Time | None = None,
        during: Time | None = None,
        tz: str = "UTC",
        sensor: str | None = None,
        compat: bool = False,
        defang: bool = False,
        reports: str | os.PathLike[str] | None = None,
        **options: str | float | None,
    ) -> "Report":
        """Run a report; its questions are asked when this returns.

        reports: the folder of reports of your own. options: those of the report, with `_` for `-`; the other arguments
        are those of `sesscore report`. Raises SesscoreError, UsageError for names and values that there are not.
        """
        from sesscore.api.reports import run

        asked = since, until, during, tz
        return run(self._state, name, asked, sensor, reports, dict(options), compat=compat, defang=defang)

    def batches(
        self,
        table: Literal["sessions", "activities"],
        *,
        columns: Sequence[str] | None = None,
        size: int = 65_536,
        text: Literal["object", "codes"] = "object",
        since: Time | None = None,
        until: Time | None = None,
        during: Time | None = None,
        tz: str = "UTC",
        sensor: str | None = None,
    ) -> "Batches":
        """Sessions, or what they did, as arrays of numpy: each batch is a dictionary of columns of equal length.

        Sessions that began in the period, by their start. There are no other filters: choose rows by the arrays
        (docs/python.md). columns: only these; None: all. size: about how many rows a batch has, a session's activities
        are not cut. text: str objects, or codes into `Batches.texts`.
        Raises UsageError, also if numpy is not installed.
        """
        from sesscore.api.batches import Batches

        period = asking.period_of(since, until, during, tz)
        return Batches(self._state, table, columns, size, text, period, asking.stored_sensor(sensor))

    def verify(
        self,
        paths: Iterable[str | os.PathLike[str]] = (),
        *,
        sensor: str | None = None,
        sensors: Sequence["Sensor"] = (),
        assume_utc_offset_minutes: int = 0,
        matchers: Iterable["UserMatcher"] = (),
    ) -> "Verification":
        """Check that all figures agree, as they are at this moment, whatever snapshot is open.

        paths: logs, of which a plain recount must find the same sessions; they are read with the other arguments, which
        are those of `ingest`. Raises SesscoreError if the file is damaged; what differs is in the result.
        """
        from sesscore.api.verifying import verify

        self._state.check()
        return verify(self.path, paths, sensor, sensors, assume_utc_offset_minutes, matchers)


def open(path: str | os.PathLike[str]) -> Database:
    """Open a database for questions. Nothing is ever written to it.

    Raises NothingToRead if there is none, SchemaMismatch if it is older or newer than this version can read,
    SesscoreError if it is another program's or damaged, StorageError if the system refuses it.
    """
    return Database(State(os.fsdecode(path)))
