"""What a made-up log holds, counted from the lines as they are written."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sesscore.synth.shapes import EVENT_IDS, KINDS

SCHEMA = "sesscore.synth/1"

# Each line has a code: sensor, event id, and whether it is its session's first, and the close of a session that also
# has its connect. One count per code and day is all that truth needs, so counting costs the writer next to nothing.
FIRST, FULL = 1, 2
_FLAGS = 4
STRIDE = len(EVENT_IDS) * _FLAGS  # codes per sensor
CODES = {kind: EVENT_IDS.index(f"cowrie.{kind.partition('/')[0]}") * _FLAGS for kind in KINDS}


def _lines_of(event_id: str) -> property:
    def lines(truth: "Truth") -> int:
        return truth.eventids.get(event_id, 0)

    return property(lines, doc=f"Lines of {event_id}.")


class Truth:
    """Counts of the lines that `generate` has handed out so far: right after every line, whenever it stops.

    A session is a distinct (sensor, session), and no generated id comes twice. It belongs to the day of its first line.
    Times are as written in the log, empty before the first line.
    """

    def __init__(self) -> None:
        """Nothing written yet."""
        self.sensor_names: list[str] = []
        self.first_time = ""
        self.last_time = ""
        self._days: dict[str, Counter[int]] = {}

    def day(self, date: str) -> Counter[int]:
        """The counts by code of one UTC day, for the writer to add to."""
        return self._days.setdefault(date, Counter())

    def _counts(self, days: Iterable[Counter[int]] | None = None) -> Iterator[tuple[str, int, int, int]]:
        """(event id, flags, sensor, lines) of the given days, or of all."""
        for counts in self._days.values() if days is None else days:
            for code, lines in counts.items():
                sensor, rest = divmod(code, STRIDE)
                yield EVENT_IDS[rest // _FLAGS], rest % _FLAGS, sensor, lines

    @property
    def events(self) -> int:
        """Lines written; every line is an event."""
        return sum(counts.total() for counts in self._days.values())

    @property
    def sessions(self) -> int:
        """Distinct sessions."""
        return sum(lines for _, flags, _, lines in self._counts() if flags & FIRST)

    @property
    def full_delimited(self) -> int:
        """Sessions with both connect and closed."""
        return sum(lines for _, flags, _, lines in self._counts() if flags & FULL)

    @property
    def session_id_only(self) -> int:
        """Sessions without connect, closed, or both: the log was cut."""
        return self.sessions - self.full_delimited

    @property
    def event_session(self) -> int:
        """Sessions that are not named by `session`: Cowrie itself writes none."""
        return 0

    @property
    def eventids(self) -> dict[str, int]:
        """Lines by event id, most frequent first."""
        found: Counter[str] = Counter()
        for event_id, _, _, lines in self._counts():
            found[event_id] += lines
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    @property
    def sensors(self) -> dict[str, dict[str, int]]:
        """Events and sessions by sensor name; sensors that wrote nothing are left out."""
        found: dict[str, dict[str, int]] = {}
        for _, flags, sensor, lines in self._counts():
            counts = found.setdefault(self.sensor_names[sensor], {"events": 0, "sessions": 0})
            counts["events"] += lines
            counts["sessions"] += lines if flags & FIRST else 0
        return dict(sorted(found.items()))

    @property
    def days(self) -> dict[str, dict[str, int]]:
        """Events, and sessions that began, by UTC day."""
        return {
            date: {
                "events": counts.total(),
                "sessions": sum(lines for _, flags, _, lines in self._counts([counts]) if flags & FIRST),
            }
            for date, counts in sorted(self._days.items())
        }

    commands = _lines_of("cowrie.command.input")
    commands_failed = _lines_of("cowrie.command.failed")
    commands_success = _lines_of("cowrie.command.success")
    login_failed = _lines_of("cowrie.login.failed")
    login_success = _lines_of("cowrie.login.success")
    downloads = _lines_of("cowrie.session.file_download")
    downloads_failed = _lines_of("cowrie.session.file_download.failed")
    uploads = _lines_of("cowrie.session.file_upload")
    direct_tcpip_requests = _lines_of("cowrie.direct-tcpip.request")

    def as_dict(self) -> dict[str, Any]:
        """All of it, under the names that reports use."""
        return {
            "schema": SCHEMA,
            "events": self.events,
            "sessions": self.sessions,
            "full_delimited": self.full_delimited,
            "session_id_only": self.session_id_only,
            "event_session": self.event_session,
            "commands": self.commands,
            "commands_failed": self.commands_failed,
            "commands_success": self.commands_success,
            "login_failed": self.login_failed,
            "login_success": self.login_success,
            "downloads": self.downloads,
            "downloads_failed": self.downloads_failed,
            "uploads": self.uploads,
            "direct_tcpip_requests": self.direct_tcpip_requests,
            "first_time": self.first_time,
            "last_time": self.last_time,
            "eventids": self.eventids,
            "sensors": self.sensors,
            "days": self.days,
        }

    def to_json(self) -> str:
        """One JSON document, with a newline."""
        return json.dumps(self.as_dict(), indent=2) + "\n"
