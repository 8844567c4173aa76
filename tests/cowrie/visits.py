"""What a client did to the honeypot, as sesscore should tell it."""

from __future__ import annotations

import hashlib
import itertools
import socket
from dataclasses import dataclass, field
from typing import NamedTuple

from honeypot import HOST, PATIENCE


class Activity(NamedTuple):
    """A row of session_activity."""

    kind: str
    value: str | None = None
    username: str | None = None
    password: str | None = None
    shasum: str | None = None


@dataclass(frozen=True)
class Target:
    """Where the honeypot listens, and the web server that it may download from."""

    ports: dict[str, int]
    web: str


_addresses = (f"127.0.{number // 200 + 1}.{number % 200 + 1}" for number in itertools.count())


@dataclass
class Visit:
    """One connection. Each comes from an address of its own, so it is known by that and its port."""

    name: str
    protocol: str
    closed: bool = True
    version: str | None = None
    did: list[Activity] = field(default_factory=list)
    src_ip: str = field(default_factory=lambda: next(_addresses))
    src_port: int = 0
    dst_port: int = 0

    def connect(self, target: Target) -> socket.socket:
        """The only connection of this visit."""
        assert not self.src_port
        self.dst_port = target.ports[self.protocol]
        connection = socket.create_connection((HOST, self.dst_port), PATIENCE, source_address=(self.src_ip, 0))
        connection.setblocking(False)
        self.src_port = connection.getsockname()[1]
        return connection

    def tried(self, username: str, password: str, *, let_in: bool) -> None:
        """A password was tried."""
        kind = "login_success" if let_in else "login_failed"
        self.did.append(Activity(kind, None, as_logged(username), as_logged(password)))

    def ran(
        self, command: str, *, found: str | None = None, unknown: str | None = None, saved: bytes | None = None
    ) -> None:
        """A command was run. found, unknown: the part that Cowrie notes as such; saved: what was written to a file."""
        self.did.append(Activity("command", command))
        if found is not None:
            self.did.append(Activity("command_success", found))
        if unknown is not None:
            self.did.append(Activity("command_failed", unknown))
        if saved is not None:
            self.did.append(Activity("download", shasum=sha256(saved)))

    def downloaded(self, url: str, content: bytes | None) -> None:
        """The command before made Cowrie download something; None: which it did not get."""
        if content is None:
            self.did.append(Activity("download_failed", url))
        else:
            self.did.append(Activity("download", url, shasum=sha256(content)))

    def uploaded(self, filename: str, content: bytes) -> None:
        self.did.append(Activity("upload", filename, shasum=sha256(content)))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def as_logged(text: str) -> str:
    """As Cowrie writes user names, passwords and versions: bytes but printable ASCII as `\\xNN`, `\\` as `\\\\`."""
    return "".join(
        "\\\\" if byte == ord("\\") else chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}"
        for byte in text.encode()
    )
