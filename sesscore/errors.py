"""Errors that end a command. Each says what, where and what to do next, and has its exit code (docs/design.md)."""

import shlex
from pathlib import Path

from sesscore.safetext import safe


class SesscoreError(Exception):
    """Something failed.

    what: one sentence. where: file, record or byte, if there is one. hint: the next command to try. As text it tells
    what and where, and its note is the hint, so that all three stand below a traceback of Python.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint
        if hint:
            self.add_note(f"try: {safe(hint)}")

    def __str__(self) -> str:
        """What and where, safe to show: file names, and what a matcher or a report says, may be an attacker's."""
        return safe(f"{self.what} ({self.where})" if self.where else self.what)


class UsageError(SesscoreError, ValueError):
    """The command or its options do not make sense."""

    exit_code = 2


class UnknownSession(SesscoreError, LookupError):
    """No session is meant by what was asked for."""


class SnapshotExpired(SesscoreError):
    """A state of the database was held for as long as it may be."""


class ConditionFailed(SesscoreError):
    """A condition that was asked for (--strict, verify, --check) does not hold."""

    exit_code = 3


class SchemaMismatch(SesscoreError):
    """The database is newer than the program, or older and not migrated."""

    exit_code = 4


class DatabaseInUse(SesscoreError):
    """Another ingest holds the database."""

    exit_code = 5


class NothingToRead(SesscoreError):
    """No source could be read, or the database to report from does not exist."""

    exit_code = 6


class StorageError(SesscoreError, OSError):
    """The disk is full, a folder cannot be written, or reading or writing failed."""

    exit_code = 7


class DiskFull(StorageError):
    """There is no room left. Who follows logs waits for some."""


def no_folder(of: str, path: str) -> StorageError:
    """The folder of a database or of a copy does not exist. What comes into it is for its owner alone."""
    hint = f"install -d -m 0700 {shlex.quote(str(Path(path).parent))}"
    return StorageError(f"the folder of the {of} does not exist", where=path, hint=hint)
