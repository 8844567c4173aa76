"""Sessions and what happened in them, as small objects that never change."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=us)


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that a session did. kind: login_failed, login_success, command, download, … (docs/sessions.md).

    seq: from 1, in order of time. at_us: microseconds since 1970, UTC. Texts are what the attacker sent, as stored.
    """

    seq: int
    at_us: int
    kind: str
    value: str | None
    username: str | None
    password: str | None
    shasum: str | None

    @property
    def at(self) -> datetime:
        """When, in UTC. Raises OverflowError for years that `datetime` does not know."""
        return _moment(self.at_us)

    def as_dict(self) -> dict[str, Any]:
        """Its fields by their names."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Session:
    """One session: the columns of the view `session_metrics`, by their names.

    session_key: its number in this database, which another database does not share. Times are microseconds since 1970,
    UTC. None: the log does not say it; of the flags: nobody has looked.
    """

    session_key: int
    sensor: str
    session_id: str
    match_type: str
    src_ip: str | None
    src_port: int | None
    dst_ip: str | None
    dst_port: int | None
    protocol: str | None
    started_us: int
    ended_us: int
    duration_ms: int
    event_count: int
    command_count: int
    command_failed_count: int
    command_success_count: int
    login_failed_count: int
    login_success_count: int
    download_count: int
    download_failed_count: int
    upload_count: int
    tcpip_request_count: int
    client_version: str | None
    hassh: str | None
    matcher: str
    vt_flagged: bool | None
    dshield_flagged: bool | None

    @property
    def started(self) -> datetime:
        """The time of its first event, in UTC. Raises OverflowError for years that `datetime` does not know."""
        return _moment(self.started_us)

    @property
    def ended(self) -> datetime:
        """The time of its last event, likewise."""
        return _moment(self.ended_us)

    def as_dict(self) -> dict[str, Any]:
        """Its fields by their names."""
        return asdict(self)
