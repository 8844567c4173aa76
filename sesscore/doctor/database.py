"""The database: the file, who may read it, and what SQLite says of it. Nothing is made, and no log is folded in."""

import contextlib
import os
import shlex
import stat
import time
from pathlib import Path
from typing import Any, Final

from sesscore.doctor.findings import Asked, Section
from sesscore.errors import SchemaMismatch, SesscoreError, StorageError, no_folder
from sesscore.wording import readable

LARGE_LOG: Final = 256 << 20  # it is cut to 64 MiB when no reader holds it
_AHEAD: Final = 300  # seconds between two clocks that are right
_FILES: Final = ("", "-wal", "-shm", ".lock", ".status.json")
_OTHERS: Final = stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP


def look(asked: Asked) -> Section:
    """From the outside to the inside; the inside is left alone if looking would change it."""
    section = Section()
    path = os.path.realpath(asked.db)
    section.facts = {
        "path": asked.db,
        "origin": asked.db_origin,
        "exists": False,
        "bytes": None,
        "log_bytes": None,
        "mode": None,
        "owner": None,
        "writer": None,
        "journal_mode": None,
        "schema_version": None,
        "standing": None,
        "sessions": None,
        "last_commit": None,
        "whole": None,
    }
    if _file(path, asked, section) and _can_be_looked_into(path, section):
        _inside(path, asked, section)
    return section


def _file(path: str, asked: Asked, section: Section) -> bool:
    """Whether there is one that can be opened."""
    from sesscore.locking import holder

    try:
        told = Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        _missing(path, asked, section)
        return False
    except OSError as error:
        section.facts["exists"] = None
        hint = "run it as the user to whom the database belongs"
        section.failed(StorageError(f"the database cannot be looked at: {error.strerror}", where=path, hint=hint))
        return False
    section.facts |= {
        "exists": True,
        "bytes": told.st_size,
        "log_bytes": _size(f"{path}-wal"),
        "mode": f"{stat.S_IMODE(told.st_mode):04o}",
        "owner": _name(told.st_uid),
        "writer": holder(path),
    }
    _permissions(path, section)
    if not os.access(path, os.R_OK):
        hint = f"run it as user {section.facts['owner']}"
        section.failed(StorageError("the database cannot be read: no permission", where=path, hint=hint))
        return False
    if not os.access(path, os.W_OK) or not os.access(Path(path).parent, os.W_OK):
        what = "this user cannot write the database: reports work while nobody writes it, ingest does not"
        section.note(what, path, f"run ingest as user {section.facts['owner']}")
    return True


def _missing(path: str, asked: Asked, section: Section) -> None:
    from sesscore.doctor.place import nearest_folder

    folder = Path(path).parent
    if asked.db_default or folder.is_dir():
        section.note("there is no database yet", path, f"sesscore ingest PATH --db {shlex.quote(asked.db)}")
        nearest = nearest_folder(folder)  # in which an ingest would make what is missing
        if not os.access(nearest, os.W_OK | os.X_OK):
            hint = "check the permissions of the folder, or name another file with --db"
            section.failed(StorageError("the database cannot be made in this folder", where=str(nearest), hint=hint))
        return
    section.failed(no_folder("database", path))


def _permissions(path: str, section: Section) -> None:
    """It holds what attackers typed, and passwords of people who logged in by mistake."""
    for name in (f"{path}{suffix}" for suffix in _FILES):
        with contextlib.suppress(OSError):
            if Path(name).stat().st_mode & _OTHERS:
                section.warn("others can read or write it", name, f"chmod 600 {shlex.quote(name)}")
    folder = Path(path).parent
    if folder.stat().st_mode & (stat.S_IWOTH | stat.S_ISVTX) == stat.S_IWOTH:
        what = "everybody can put another database in the place of this one"
        section.warn(what, str(folder), f"chmod o-w {shlex.quote(str(folder))}")


def _can_be_looked_into(path: str, section: Section) -> bool:
    """A log without its index can only be read by making one."""
    from sesscore.connections import would_make_index

    if not would_make_index(path):
        return True
    what = "there is a log that no program has open, and without its index: what it holds is not looked at"
    section.note(what, f"{path}-wal", f"sesscore db info --db {shlex.quote(path)}, which makes the index")
    return False


def _inside(path: str, asked: Asked, section: Section) -> None:
    try:
        told, mode, damages = _told(path, asked.check)
    except SesscoreError as error:
        section.failed(error)
        return
    run, counts = told["last_run"], told["counts"]
    section.facts |= {
        # A file without a log is read as it stands, and what SQLite then says of the mode is not that of the file.
        "journal_mode": None if section.facts["log_bytes"] is None else mode,
        "schema_version": told["schema_version"],
        "standing": told["standing"],
        "sessions": counts and counts["sessions"],
        "last_commit": run and run["committed_at"],
        "whole": not damages if asked.check else None,
    }
    if damages:
        from sesscore.sqlite_errors import damaged

        section.failed(damaged("; ".join(damages), path))
    _standing(path, told, section)
    if (size := section.facts["log_bytes"] or 0) > LARGE_LOG:
        hint = "end the report or the transaction that has the database open for long"
        section.warn(
            f"SQLite's log has grown to {readable(size)}: a reader holds one moment of it", f"{path}-wal", hint
        )
    if run and run["committed_at"] > time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + _AHEAD)):
        what = f"the last commit was made in the future, at {run['committed_at']}: the clock was wrong then, or is now"
        section.warn(what, path, "date -u")


def _told(path: str, check: bool) -> tuple[dict[str, Any], str, list[str]]:
    """What `db info` says, the journal mode, and damages if they are looked for."""
    from sesscore.identity import ANY
    from sesscore.snapshot import one_state
    from sesscore.sqlite_errors import sqlite_errors
    from sesscore.store import open_for_reading
    from sesscore.structure import damage
    from sesscore.upkeep.info import of

    with open_for_reading(path, accept=ANY, touch=False) as database, sqlite_errors(path):
        connection = database.connection
        with one_state(connection):
            mode = str(connection.pragma("journal_mode"))
            return of(connection, path), mode, damage(connection) if check else []


def _standing(path: str, told: dict[str, Any], section: Section) -> None:
    """As a command says it that meets such a schema."""
    ours, its = told["program_schema_version"], told["schema_version"]
    if told["standing"] == "older":
        hint = f"sesscore db migrate --db {shlex.quote(path)}"
        what = f"the database is older than this program: schema {its}, needed {ours}"
        section.failed(SchemaMismatch(what, where=path, hint=hint))
    elif told["standing"] == "newer":
        what = f"the database is newer than this program: schema {its}, known up to {ours}"
        section.failed(SchemaMismatch(what, where=path, hint="pip install --upgrade sesscore"))
    elif told["standing"] == "readable":
        what = f"the database is newer than this program (schema {its}): it can be read, and is not written"
        section.note(what, path, "pip install --upgrade sesscore")


def _size(path: str) -> int | None:
    from sesscore.telemetry.machine import size_of

    return size_of(path)


def _name(user: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)
