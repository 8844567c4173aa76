"""Who may read a copy: of a new one its owner alone; of one that takes the place of a file, those who could read that.

Who opened a copy to others, such as Grafana, need not do so again after the next one.
"""

import contextlib
import os
import stat
import sys
from typing import Final

_ACL: Final = "system.posix_acl_access"


def take_over(path: str, target: str) -> None:
    """Give a finished draft of mode 0600 the mode, group and ACL of the file whose place it is about to take.

    Nobody may read the draft, at any moment, who may not read that file: where its group cannot be given, what only
    the group could do is not. A file of another user, root excepted, says nothing: he may have put it there to get at
    our database. Raises OSError.
    """
    try:
        old = os.lstat(target)
    except FileNotFoundError:
        return
    if not stat.S_ISREG(old.st_mode) or old.st_uid not in (0, os.geteuid()):
        return
    # No connection to the draft is open: to close this descriptor would drop its locks.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        grouped = _give_group(descriptor, old.st_gid)
        acl = _acl(target)
        if acl is None:
            _set_acl(descriptor, None)  # what the folder gives to all that is made in it
            os.fchmod(descriptor, _mode(old.st_mode, grouped=grouped))
        elif grouped:
            _set_acl(descriptor, acl)  # which sets the mode, too
    finally:
        os.close(descriptor)


def _give_group(descriptor: int, group: int) -> bool:
    with contextlib.suppress(OSError):  # a user may give those groups only in which he is
        if os.fstat(descriptor).st_gid != group:
            os.fchown(descriptor, -1, group)
        return True
    return False


def _mode(old: int, *, grouped: bool) -> int:
    if grouped:
        return old & 0o777
    both = old >> 3 & old & 0o7  # what group and others could do, whoever is in the group now
    return old & 0o700 | both << 3 | both


# Where there are ACLs, the bits of the group are a mask: alone they would tell another thing.


def _acl(path: int | str) -> bytes | None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # it has none, or the file system knows none
            return os.getxattr(path, _ACL)
    return None


def _set_acl(descriptor: int, acl: bytes | None) -> None:
    if sys.platform == "linux":
        if acl is not None:
            os.setxattr(descriptor, _ACL, acl)
        elif _acl(descriptor) is not None:
            os.removexattr(descriptor, _ACL)
