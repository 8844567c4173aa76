"""Who may read a copy that takes the place of another: those who could read that one, and nobody else at any moment."""

import os
import shutil
import stat
import struct
import sys

import pytest
from ingested import database, outcome, visit

from sesscore.upkeep import copies, rights

OTHER = next((one for one in os.getgroups() if one != os.getegid()), 54321 if os.geteuid() == 0 else None)
ACL = "system.posix_acl_access"

linux = pytest.mark.skipif(sys.platform != "linux", reason="these ACLs are Linux's")
grouped = pytest.mark.skipif(OTHER is None, reason="this user is in one group only")


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return database(tmp_path_factory.mktemp("filled"), a=visit("aa"))


@pytest.fixture
def copied(capsys, filled, tmp_path):
    """A copy that is there, and what makes the next one in its place."""
    target = tmp_path / "b.db"

    def copy():
        code, _, err = outcome(capsys, "db", "backup", str(target), "--db", filled, "--force")
        assert code == 0, err
        return target.stat()

    assert stat.S_IMODE(copy().st_mode) == 0o600, "a new one"
    return target, copy


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o077], ids=oct)
@pytest.mark.parametrize("given", [0o400, 0o600, 0o640, 0o644, 0o660], ids=oct)
def test_a_copy_keeps_the_mode_of_the_one_before(copied, given, umask):
    target, copy = copied
    target.chmod(given)
    before = target.stat().st_ino
    mask = os.umask(umask)
    try:
        after = copy()
    finally:
        os.umask(mask)
    assert stat.S_IMODE(after.st_mode) == given
    assert after.st_ino != before, "it is another file"


@grouped
def test_a_copy_keeps_the_group_of_the_one_before(copied):
    target, copy = copied
    os.chown(target, -1, OTHER)
    target.chmod(0o640)
    after = copy()
    assert (after.st_gid, stat.S_IMODE(after.st_mode)) == (OTHER, 0o640)


@pytest.mark.parametrize(
    ("given", "kept"), [(0o640, 0o600), (0o644, 0o644), (0o664, 0o644), (0o604, 0o600), (0o600, 0o600)], ids=oct
)
@grouped
def test_what_only_another_group_could_do_no_group_can(copied, monkeypatch, given, kept):
    target, copy = copied
    os.chown(target, -1, OTHER)
    target.chmod(given)

    def refused(*_):
        raise PermissionError

    monkeypatch.setattr(os, "fchown", refused)
    after = copy()
    assert (after.st_gid != OTHER, stat.S_IMODE(after.st_mode)) == (True, kept)


@grouped
def test_at_no_moment_can_others_read_it(copied, monkeypatch):
    """Nobody but the owner while it is made; then the group first, and its rights after that."""
    target, copy = copied
    os.chown(target, -1, OTHER)
    target.chmod(0o640)
    seen = []
    real, chmod = copies._compare, os.fchmod

    def compare(connection, *arguments, **named):
        seen.append(mode(connection.filename))
        real(connection, *arguments, **named)

    def watched(descriptor, given):
        if given & 0o077:
            seen.append(os.fstat(descriptor).st_gid)
        chmod(descriptor, given)

    monkeypatch.setattr(copies, "_compare", compare)
    monkeypatch.setattr(rights.os, "fchmod", watched)
    copy()
    assert seen == [0o600, OTHER]


def test_a_file_of_another_user_opens_nothing(copied, monkeypatch):
    """In a folder for everybody he could put it there beforehand, to read what comes."""
    target, copy = copied
    target.chmod(0o644)
    if os.geteuid() == 0:
        os.chown(target, 65534, -1)
    else:
        other = os.geteuid() + 1
        monkeypatch.setattr(rights.os, "geteuid", lambda: other)
    assert stat.S_IMODE(copy().st_mode) == 0o600


def acl(*entries):
    """As the kernel takes it: version 2, then tag, rights and id of each."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


NOBODY = 0xFFFFFFFF
FOR_ONE = acl((1, 6, NOBODY), (2, 4, 65534), (4, 0, NOBODY), (16, 4, NOBODY), (32, 0, NOBODY))  # user 65534 may read


def set_acl(path, value, name=ACL):
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"no ACLs on this file system: {error.strerror}")


@linux
def test_an_acl_is_kept_and_gives_the_group_nothing(copied):
    """The mode then shows a mask where the rights of the group stand elsewhere."""
    target, copy = copied
    set_acl(target, FOR_ONE)
    assert mode(target) == 0o640
    assert stat.S_IMODE(copy().st_mode) == 0o640
    assert os.getxattr(target, ACL) == FOR_ONE


@linux
@grouped
def test_an_acl_is_left_out_where_the_group_cannot_be_given(copied, monkeypatch):
    target, copy = copied
    os.chown(target, -1, OTHER)
    set_acl(target, FOR_ONE)
    monkeypatch.setattr(rights, "_give_group", lambda descriptor, group: False)
    assert stat.S_IMODE(copy().st_mode) == 0o600
    assert rights._acl(target) is None


@linux
def test_an_acl_of_the_folder_opens_nothing_that_was_closed(copied):
    target, copy = copied
    target.chmod(0o640)
    set_acl(target.parent, FOR_ONE, "system.posix_acl_default")
    assert stat.S_IMODE(copy().st_mode) == 0o640
    assert rights._acl(target) is None


def test_what_a_link_leads_to_keeps_its_mode(copied, tmp_path):
    target, copy = copied
    real = shutil.move(target, tmp_path / "real.db")
    target.symlink_to(real)
    os.chmod(real, 0o640)
    assert stat.S_IMODE(copy().st_mode) == 0o640
    assert target.is_symlink()
