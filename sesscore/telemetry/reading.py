"""Status files, read as what they are: files that anybody may have written."""

import os
import stat
from typing import Any, Final

from sesscore.errors import SesscoreError
from sesscore.telemetry.run import STATES

LONGEST: Final = 1 << 20  # bytes; ours have some thousand
_FORM: Final = "sesscore.status/"
_VERSION: Final = "1"


class Missing(SesscoreError):
    """There is no such file."""

    exit_code = 6


class NotOurs(SesscoreError):
    """A file that cannot be read, or that no sesscore wrote."""


def read_status(path: str) -> dict[str, Any]:
    """The document of a status file: an object of our form, with a state that there is and a time of its last update.

    Nothing else of it is certain. Raises Missing, NotOurs.
    """
    document = _parsed(_bytes_of(path), path)
    form = document.get("schema")
    if not isinstance(form, str) or not form.startswith(_FORM):
        raise _not_ours("it is no status file of sesscore", path)
    if form != _FORM + _VERSION:
        raise _not_ours("it is of another version of sesscore", path)
    if document.get("state") not in STATES:
        raise _not_ours("its state is none that there is", path)
    if updated(document) is None:
        raise _not_ours("it does not say when it was updated", path)
    return document


def updated(document: dict[str, Any]) -> float | None:
    """When a document was written, in seconds since 1970."""
    from datetime import datetime, timedelta

    try:
        time = datetime.fromisoformat(document["updated"])
        return time.timestamp() if time.utcoffset() == timedelta(0) else None
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _bytes_of(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Missing("there is no status file", where=path, hint="sesscore ingest, which writes one") from error
    except (OSError, ValueError) as error:
        raise _not_ours(f"it cannot be read: {getattr(error, 'strerror', None) or error}", path) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _not_ours("it is no file", path)
        data = os.read(descriptor, LONGEST + 1)  # of a file, one call gives all
    except OSError as error:
        raise _not_ours(f"it cannot be read: {error.strerror}", path) from error
    finally:
        os.close(descriptor)
    if len(data) > LONGEST:
        raise _not_ours("it is longer than any status file", path)
    return data


def _parsed(data: bytes, path: str) -> dict[str, Any]:
    import orjson

    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _not_ours("it is no JSON", path) from error
    if not isinstance(document, dict):
        raise _not_ours("it is no status file of sesscore", path)
    return document


def _not_ours(what: str, path: str) -> NotOurs:
    return NotOurs(what, where=path, hint="--status-file, with the one that sesscore ingest writes")
