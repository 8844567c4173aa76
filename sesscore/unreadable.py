"""Why a file cannot be a source: in words, with what to do about it."""

import stat

_KINDS = (
    (stat.S_ISDIR, "is a directory", "name the files in it, or give the directory to `sesscore ingest`"),
    (stat.S_ISFIFO, "is a FIFO", "pipe it in: `sesscore ingest - < FIFO`"),
    (stat.S_ISSOCK, "is a socket", "write what it sends to a file, or pipe it into `sesscore ingest -`"),
    (stat.S_ISCHR, "is a device", "pipe it in: `sesscore ingest - < DEVICE`"),
    (stat.S_ISBLK, "is a device", "pipe it in: `sesscore ingest - < DEVICE`"),
)
_ERRORS = {
    FileNotFoundError: ("does not exist", "check the name; quoted patterns are expanded too"),
    NotADirectoryError: ("does not exist: a part of its path is no directory", "check the name"),
    PermissionError: ("may not be read", "run as a user who may read it, or change its permissions"),
}


class SourceUnreadable(Exception):
    """A source cannot be opened or read. `reason` completes the sentence that its name begins."""

    def __init__(self, path: str, reason: str, hint: str = "") -> None:
        """Take what the message is made of."""
        super().__init__(f"{path} {reason}")
        self.path = path
        self.reason = reason
        self.hint = hint


def irregularity(mode: int) -> tuple[str, str] | None:
    """Say why a file of this mode cannot be a source, and what to do; None if it is a regular file."""
    if stat.S_ISREG(mode):
        return None
    for is_kind, reason, hint in _KINDS:
        if is_kind(mode):
            return reason, hint
    return "is no regular file", ""


def failure(error: OSError) -> tuple[str, str]:
    """Say what an error of the operating system means for a source, and what to do."""
    for kind, text in _ERRORS.items():
        if isinstance(error, kind):
            return text
    return f"cannot be read: {error.strerror or error}", "check the disk and the file system it is on"
