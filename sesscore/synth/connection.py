"""One connection to a honeypot: its identity, its clock, its first and last event."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from sesscore.synth.clients import Clients
from sesscore.synth.shapes import PYTHON2, lasted, shapes
from sesscore.synth.truth import CODES, FIRST, FULL, STRIDE
from sesscore.synth.words import Words

Row = tuple[int, int, str]  # microseconds since 1970, code (truth.py), line with NUL for its time

MILLISECOND = 1_000
SECOND = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Shares of the sessions. A log that is cut loses a connect or a close: both counted over 190,000 real sessions.
NO_CONNECT = 0.0016
NO_CLOSED = 0.0020
TELNET = 0.05
MARATHON = 1 / 8000  # sessions of hundreds to thousands of events

_PROTOCOL = {
    "ssh": {
        "protocol": "ssh",
        "factory": "cowrie.ssh.factory.CowrieSSHFactory",
        "auth": "SSHService 'ssh-userauth' on ",
        "connection": "SSHService 'ssh-connection' on ",
        "channel": "SSHChannel session (0) on SSHService 'ssh-connection' on ",
        "transport": "HoneyPotSSHTransport",
    },
    "telnet": {
        "protocol": "telnet",
        "factory": "cowrie.telnet.transport.HoneyPotTelnetFactory",
        "auth": "",
        "connection": "",
        "channel": "",
        "transport": "CowrieTelnetTransport",
    },
}
_FOLDERS = {
    "2017": ("dl/", "log/tty/"),
    "2018": ("dl/", "log/tty/"),
    "2020": ("dl/", "log/tty/"),
    "2024": ("var/lib/cowrie/downloads/", "var/lib/cowrie/tty/"),
    "2026": ("var/lib/cowrie/downloads/", "var/lib/cowrie/tty/"),
}


class Sensor(NamedTuple):
    """A honeypot: its place in the truth, name, address, and the uuid that versions from 2.8.1 write."""

    number: int
    name: str
    uuid: str
    address: str


class World(NamedTuple):
    """What all connections of a log share."""

    random: Callable[[], float]
    words: Words
    clients: Clients


@cache
def _shapes(generation: str) -> dict[str, str]:
    return shapes(generation)


def session_id(seed: int, number: int, generation: str) -> str:
    """The id of the number-th session: looks random, and as the steps can be undone, none comes twice."""
    bits = 32 if generation == "2017" else 48
    mask = (1 << bits) - 1
    mixed = (number * 0x9E3779B97F4B + seed * 0xD1B54A32D193) & mask
    mixed ^= mixed >> 15
    mixed = mixed * 0xBF58476D1CE5 & mask
    mixed ^= mixed >> 13
    return f"{mixed:0{bits // 4}x}"


class Connection:
    """One connection. `rows` tells what it writes; times within it only grow. What happens in it is `acts`."""

    def __init__(self, world: World, sensor: Sensor, generation: str, session: str, start: int, number: int) -> None:
        """Connect at `start` (microseconds since 1970), as the number-th connection that any sensor saw."""
        self.random, self.words, self.clients = world
        self.generation = generation
        self.shapes = _shapes(generation)
        self.start = self.clock = start
        self.session = session
        self.number = number
        self.code = sensor.number * STRIDE
        self.flags = FIRST
        self.marathon = 400 + int(4000 * self.random() * self.random()) if self.random() < MARATHON else 0
        self.protocol = "telnet" if self.random() < TELNET else "ssh"
        self.fields = self._identity(sensor)
        self.late: tuple[str, dict[str, str | int]] | None = None  # kind and fields of an event after the close

    def _identity(self, sensor: Sensor) -> dict[str, str | int]:
        """The fields that all events of the connection share."""
        source = self.words.address(self.random(), self.start // (86_400 * SECOND))
        telnet = self.protocol == "telnet"
        fields: dict[str, str | int] = dict(_PROTOCOL[self.protocol])
        fields["session"] = self.session
        fields["src_ip"] = source
        fields["src_port"] = 1024 + int(self.random() * 64_000)
        fields["dst_ip"] = sensor.address
        fields["dst_port"] = 2223 if telnet else 2222
        fields["sensor"] = sensor.name
        fields["uuid"] = sensor.uuid
        fields["store"], fields["recordings"] = _FOLDERS[self.generation]
        fields["wire"] = f"{fields['transport']},{self.number},{source}"
        # Telnet of that time put its own number into the message, not the id.
        fields["label"] = f"TT{self.number}" if telnet and self.generation in PYTHON2 else self.session
        fields["id"] = 0
        return fields

    def event(self, kind: str) -> Row:
        """The line of an event that happens now."""
        code = self.code + CODES[kind] + self.flags
        self.flags = 0
        return self.clock, code, self.shapes[kind] % self.fields

    def wait(self, least: int, spread: int) -> None:
        """Let time pass: from `least` to `least + spread` microseconds, more often little than much."""
        draw = self.random()
        self.clock += 1 + least + int(spread * draw * draw)

    def rows(self) -> Iterator[Row]:
        """All events of the connection, in order of time."""
        delimited = 0
        if self.random() >= NO_CONNECT:
            yield self.event("session.connect")
            delimited = FULL
        yield from self.acts()
        if self.random() < NO_CLOSED:
            return
        self.wait(2 * MILLISECOND, 300 * MILLISECOND)
        self.lasted(self.start)
        self.flags |= delimited
        yield self.event("session.closed")
        if self.late:
            kind, fields = self.late
            self.fields.update(fields)
            self.wait(SECOND, 20 * SECOND)
            yield self.event(kind)

    def acts(self) -> Iterator[Row]:
        """The events between connect and close."""
        raise NotImplementedError

    def lasted(self, since: int) -> None:
        """Set the fields that tell how long something took, up to now."""
        self.fields["duration"], self.fields["after"] = lasted(self.generation, self.protocol, self.clock - since)
