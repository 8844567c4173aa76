"""Every file that the arguments name is listed once, in the same order each time; what cannot be read is said."""

import os
import socket
import time
from pathlib import Path

import pytest

from sesscore import discover as module
from sesscore.discover import Candidate, discover, natural_key
from sesscore.errors import NothingToRead
from sesscore.sizes import size_of, sizes


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def files(here):
    """Make files, and their directories."""

    def make(*paths: str) -> None:
        for path in paths:
            (here / path).parent.mkdir(parents=True, exist_ok=True)
            (here / path).write_bytes(path.encode(errors="surrogateescape"))

    return make


def paths(*arguments: str, **options) -> list[str]:
    candidates = list(discover(arguments, **options))
    assert [c for c in candidates if c.problem] == []
    return [c.path for c in candidates]


def problem(*arguments: str, **options) -> str | None:
    candidates = list(discover(arguments, **options))
    assert len(candidates) == 1
    return candidates[0].problem


class TestFiles:
    def test_in_the_order_given(self, files):
        files("b", "a")
        assert paths("b", "a") == ["b", "a"]

    def test_standard_input_once(self, here):
        assert paths("-", "-") == ["-"]

    def test_one_file_under_many_names_is_listed_once(self, files, here):
        files("a/log", "other")
        os.link("a/log", "a/hard")
        os.symlink("a/log", "soft")
        assert paths("a/log", "./a/log", str(here / "a/log"), "soft", "a", "a/*", "other") == ["a/log", "other"]

    def test_a_copy_is_another_file(self, files):
        files("a", "b")
        assert paths("a", "b", "a") == ["a", "b"]

    @pytest.mark.parametrize("name", ["new\nline", "-rf", "\udcff\udcfe.json", " ", "é", "~", "[1].json", "a*"])
    def test_any_name(self, files, name):
        files(name)
        files("dir/" + name)
        assert paths(name) == [name]
        assert paths("dir") == ["dir/" + name]

    def test_home(self, files, here, monkeypatch):
        monkeypatch.setenv("HOME", str(here))
        files("logs/a.json")
        assert paths("~/logs/*") == paths("~/logs") == [str(here / "logs/a.json")]


class TestDirectories:
    def test_every_regular_file_whatever_its_name(self, files, here):
        files("log/cowrie.json", "log/.hidden", "log/tty/x", "log/sub/deep/er/y.gz", "log/weird\udcff")
        (here / "log/empty").mkdir()
        os.mkfifo("log/fifo")
        os.symlink("../elsewhere", "log/link")
        os.symlink("..", "log/loop")
        files("elsewhere")
        assert sorted(paths("log")) == sorted(
            ["log/cowrie.json", "log/.hidden", "log/tty/x", "log/sub/deep/er/y.gz", "log/weird\udcff"]
        )

    def test_old_logs_before_the_live_one_files_before_directories(self, files):
        names = ["cowrie.json.2018-05-06", "cowrie.json.2018-05-07", "cowrie.json.2018-10-01.gz", "cowrie.json"]
        sub = ["2/a", "10/a"]
        files(*(f"log/{name}" for name in [*reversed(names), *sub]))
        assert paths("log") == [f"log/{name}" for name in [*names, *sub]]

    def test_link_to_a_directory_as_argument(self, files):
        files("log/a")
        os.symlink("log", "link")
        assert paths("link") == ["link/a"]

    def test_nothing_in_it(self, here):
        (here / "log/sub").mkdir(parents=True)
        assert next(discover(["log"])).path == "log"
        assert problem("log") == "holds no file"

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_forbidden_directory(self, files):
        files("log/a", "log/secret/b")
        os.chmod("log/secret", 0)
        try:
            assert list(discover(["log"]))[1] == Candidate(
                "log/secret", "may not be read", list(discover(["log"]))[1].hint
            )
            assert problem("log/secret/*") == "may not be read"
        finally:
            os.chmod("log/secret", 0o700)

    def test_unreadable_directory_is_said(self, files, monkeypatch):
        files("log/a", "log/secret/b")
        scandir = os.scandir

        def forbid(path):
            if os.fspath(path).endswith("secret"):
                raise PermissionError(13, "Permission denied")
            return scandir(path)

        monkeypatch.setattr(os, "scandir", forbid)
        assert [(c.path, c.problem) for c in discover(["log"])] == [
            ("log/a", None),
            ("log/secret", "may not be read"),
        ]

    def test_very_deep(self, here):
        depth = 1500
        fd = os.open(".", os.O_RDONLY)
        for _ in range(depth):
            os.mkdir("d", dir_fd=fd)
            below = os.open("d", os.O_RDONLY, dir_fd=fd)
            os.close(fd)
            fd = below
        os.close(os.open("log", os.O_CREAT | os.O_WRONLY, dir_fd=fd))
        os.close(fd)
        assert paths("d") == ["d/" * depth + "log"]
        os.unlink("d/" * depth + "log")  # pytest cannot remove what is that deep
        for left in range(depth, 0, -1):
            os.rmdir("d/" * left)

    def test_time_grows_with_the_number_of_files(self, here):
        (here / "many").mkdir()
        seconds = []
        for start, stop in ((0, 1_000), (1_000, 10_000)):
            for n in range(start, stop):
                os.close(os.open(f"many/{n}", os.O_CREAT | os.O_WRONLY))
            began = time.process_time()
            assert len(list(discover(["many", "many/*"]))) == stop
            seconds.append(time.process_time() - began)
        assert seconds[1] < 40 * seconds[0] + 0.5


class TestPatterns:
    def test_as_a_shell_expands_them(self, files):
        files("logs/a.json", "logs/b.json", "logs/.c.json", "logs/x/d.json", "logs/x/y/e.json", "logs/.h/f.json")
        assert paths("logs/*.json") == ["logs/a.json", "logs/b.json"]
        assert paths("logs/[!a].json") == ["logs/b.json"]
        assert paths("logs/?.json") == ["logs/a.json", "logs/b.json"]
        assert paths("logs/.*.json") == ["logs/.c.json"]
        assert paths("*/x/*.json") == ["logs/x/d.json"]
        assert sorted(paths("**/*.json")) == ["logs/a.json", "logs/b.json", "logs/x/d.json", "logs/x/y/e.json"]
        assert paths("logs/**/e.json") == ["logs/x/y/e.json"]
        assert sorted(paths("logs/**")) == sorted(paths("**/*.json"))

    def test_matched_directories_are_walked(self, files):
        files("2018-05/a", "2018-06/b", "2019-01/c")
        assert paths("2018-*") == ["2018-05/a", "2018-06/b"]
        files("2018-07")
        assert paths("2018-*/") == ["2018-05/a", "2018-06/b"]

    def test_absolute(self, files, here):
        files("logs/a.json")
        assert paths(f"{here}/lo*/*") == [f"{here}/logs/a.json"]

    def test_natural_order(self, files):
        files("log.10", "log.9", "log")
        assert paths("log*") == ["log.9", "log.10", "log"]

    def test_links_are_followed_but_not_in_depth(self, files):
        files("elsewhere/a.json")
        os.symlink("elsewhere/a.json", "link.json")
        os.symlink(".", "loop")
        assert paths("*.json") == ["link.json"]
        assert paths("**/*.json") in (["elsewhere/a.json"], ["link.json"])

    def test_matches_nothing(self, here):
        assert problem("*.json") == "matches nothing"
        assert problem("none/**/x") == "matches nothing"

    def test_what_matches_and_cannot_be_read_is_said(self, here):
        os.mkfifo("fifo.json")
        assert problem("*.json") == "is a FIFO"


class TestProblems:
    def test_missing(self, here):
        assert problem("none.json") == "does not exist"
        assert problem("") == "does not exist"
        assert problem("no/such/file") == "does not exist"

    def test_nul_in_the_name(self, here):
        assert problem("a\0b") == "is no possible file name"
        assert problem("a\0*") is not None

    @pytest.mark.parametrize("device", ["/dev/null", "/dev/zero"])
    def test_device(self, device):
        assert problem(device) == "is a device"

    def test_fifo(self, here):
        os.mkfifo("fifo")
        assert problem("fifo") == "is a FIFO"

    def test_socket(self, here):
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket")
            assert problem("socket") == "is a socket"

    def test_links_that_lead_nowhere(self, here):
        os.symlink("none", "dangling")
        os.symlink("loop", "loop")
        assert problem("dangling") == problem("loop") == "is a symbolic link that leads nowhere"

    def test_others_are_listed_all_the_same(self, files):
        files("a")
        assert [(c.path, c.problem is None) for c in discover(["none", "a"])] == [("none", False), ("a", True)]

    def test_each_says_what_to_do(self, here):
        os.mkfifo("fifo")
        assert all(c.problem and c.hint for c in discover(["none", "fifo", "*.json", "/dev/null"]))


class TestOwnDatabase:
    def test_is_passed_over(self, files, here):
        files("log/a", "log/my.db", "log/my.db-wal")
        own = {str(here / "log/my.db"), str(here / "log/my.db-wal"), str(here / "log/my.db-shm")}
        assert paths("log", exclude=own) == ["log/a"]
        assert paths("log/*", exclude=own) == ["log/a"]

    def test_that_is_named_is_said(self, files, here):
        files("my.db")
        own = [str(here / "my.db")]
        assert problem("my.db", exclude=own) == "is a file of the database itself"
        assert problem("*.db", exclude=own) == "matches nothing"
        assert problem(".", exclude=own) == "holds no file"


class TestWellKnownPlaces:
    def test_those_that_exist(self, files, monkeypatch, here):
        monkeypatch.setattr(module, "WELL_KNOWN_PLACES", ("./none", "~/log", "./var/log/cowrie"))
        monkeypatch.setenv("HOME", str(here / "home"))
        files("home/log/a", "var/log/cowrie/b")
        assert paths() == [str(here / "home/log/a"), "./var/log/cowrie/b"]

    def test_none_exists(self, monkeypatch, here):
        monkeypatch.setattr(module, "WELL_KNOWN_PLACES", ("./none", "~/none"))
        with pytest.raises(NothingToRead) as caught:
            discover([])
        assert "~/none" in caught.value.hint

    def test_one_that_may_not_be_looked_at_is_said(self, monkeypatch, here):
        monkeypatch.setattr(module, "WELL_KNOWN_PLACES", ("./home/cowrie/log",))

        def forbid(path, **_):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "lstat", forbid)
        monkeypatch.setattr(Path, "stat", forbid)
        assert problem() == "may not be read"


def test_names_of_any_kind_can_be_ordered():
    names = ["a\U0010ffff", "a1", "a", "1", "", "a01", "\udcff", "٣", "a" + "9" * 250, "a.b", "a\U0010ffff5"]
    ordered = sorted(names, key=natural_key)
    names.reverse()
    assert sorted(names, key=natural_key) == ordered
    assert ordered.index("a1") < ordered.index("a")


@pytest.mark.parametrize("arguments", [["logs"], ["logs", "./logs", "logs/a"], ["logs/*"], ["gone", "x", "logs/a/.b"]])
def test_the_sizes_are_those_of_what_is_found(here, files, arguments):
    files("logs/a/one", "logs/a/.b/seven", "logs/s.db", "logs/new.status.json", "x")
    os.link("logs/a/one", "logs/second name")
    os.symlink(here / "x", "logs/link")
    own = {"exclude": ["logs/s.db", "logs/new.status.json"]}
    assert sorted(sizes(arguments, **own)) == sorted(map(size_of, discover(arguments, **own)))
    assert sum(sizes(arguments, **own)) > 0
