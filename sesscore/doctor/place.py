"""The file system under the database."""

import os
import re
from pathlib import Path
from typing import Final, NamedTuple

from sesscore.doctor.findings import Asked, Section
from sesscore.wording import readable

# Whose locks or shared memory do not reach all programs that may have the file open.
NETWORK: Final = re.compile(
    r"nfs\d?|cifs|smb\w*|ncpfs|afs|9p|virtiofs|vboxsf|prl_fs|fakeowner|ceph|lustre|beegfs|gpfs|glusterfs|ocfs2|gfs2"
    r"|fuse\.(?:sshfs|s3fs|gcsfuse|goofys|rclone|juicefs|glusterfs|ceph|vmhgfs-fuse|osxfs|grpcfuse)"
)
_CONTAINER: Final = "with its container, unless it lies in a volume"
_REBOOT: Final = "when the machine starts again"
GONE: Final = {"tmpfs": _REBOOT, "ramfs": _REBOOT, "overlay": _CONTAINER, "fuse.fuse-overlayfs": _CONTAINER}
LEAST: Final = 100 << 20  # twice the log that SQLite folds in
_OCTAL: Final = re.compile(r"\\([0-7]{3})")


class Mount(NamedTuple):
    """type: as the kernel calls it. device: what is mounted. options: `ro` is one."""

    point: str
    type: str
    device: str
    options: frozenset[str]


def look(asked: Asked) -> Section:
    """What holds the database, or the nearest folder above it that exists."""
    section = Section()
    folder = nearest_folder(Path(os.path.realpath(asked.db)).parent)
    mount, told = mount_of(str(folder)), os.statvfs(folder)
    read_only = bool(told.f_flag & os.ST_RDONLY)
    free = told.f_bavail * told.f_frsize
    section.facts = {
        "folder": str(folder),
        "type": mount and mount.type,
        "mounted_at": mount and mount.point,
        "device": mount and mount.device,
        "read_only": read_only,
        "network": bool(mount and NETWORK.fullmatch(mount.type)),
        "bytes": told.f_blocks * told.f_frsize,
        "free_bytes": free,
        "free_files": told.f_favail if told.f_files else None,
    }
    if section.facts["network"]:
        what = f"the database lies on {mount and mount.type}, where locks do not reach all programs: rows can be lost"
        section.problem(what, str(folder), "keep it on a local disk: --db FILE; logs may lie anywhere")
    if mount and mount.type in GONE:
        section.warn(f"what lies on {mount.type} is gone {GONE[mount.type]}", str(folder), "--db FILE, on a disk")
    if read_only:
        section.warn("the file system cannot be written: reports work, ingest does not", str(folder), "--db FILE")
    elif free < LEAST or section.facts["free_files"] == 0:
        section.warn(f"the disk is nearly full: {readable(free)} free", str(folder), "free some space")
    elif free < (size := _size(asked.db)):
        what = f"there is less room than the database has bytes: {readable(free)} free, {readable(size)} used"
        section.note(what, str(folder), "a backup or an upgrade needs as much again")
    return section


def mount_of(path: str) -> Mount | None:
    """What is mounted there; None on systems that do not tell it in /proc."""
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return None
    real = os.path.realpath(path)
    found = [one for one in map(_mount, lines) if one and os.path.commonpath((one.point, real)) == one.point]
    # Of two at one place the later hides the earlier.
    return max(reversed(found), key=lambda one: len(one.point), default=None)


def _mount(line: str) -> Mount | None:
    """A line of mountinfo: ID, parent, device number, root, point, options, optional ones, `-`, type, device, more."""
    before, _, after = line.partition(" - ")
    fields, more = before.split(" "), after.split(" ")
    if len(fields) < 6 or len(more) < 2:
        return None
    return Mount(_plain(fields[4]), more[0], _plain(more[1]), frozenset(fields[5].split(",")))


def _plain(text: str) -> str:
    """Blanks and backslashes of names are octal there."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), text)


def nearest_folder(folder: Path) -> Path:
    """The folder, or of those above it the nearest that is there."""
    return next((one for one in (folder, *folder.parents) if os.path.isdir(one)), Path("/"))  # noqa: PTH112 - a folder may be closed


def _size(db: str) -> int:
    from sesscore.telemetry.machine import size_of

    return size_of(db) or 0
