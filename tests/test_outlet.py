"""Results that are written while they are made."""

import os
import subprocess
import sys
import threading

import pytest

from sesscore.errors import SesscoreError, StorageError
from sesscore.outlet import Outlet, outlet

PIECES = [bytes([i % 251]) * 1000 for i in range(3000)]
WHOLE = b"".join(PIECES)


def broken():
    yield from PIECES
    raise SesscoreError("in the middle")


def test_a_file_is_there_whole_or_not_at_all(tmp_path):
    target = tmp_path / "report.json"
    target.write_bytes(b"before")
    with pytest.raises(SesscoreError), outlet(str(target)) as out:
        out.write(broken())
    assert target.read_bytes() == b"before"
    with outlet(str(target)) as out:
        out.write(PIECES)
        assert target.read_bytes() == b"before"
    assert target.read_bytes() == WHOLE
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_a_fifo_is_written_and_stays_one(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    got = []
    reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()))
    reader.start()
    with outlet(str(fifo)) as out:
        out.write(PIECES)
    reader.join()
    assert got == [WHOLE]
    assert fifo.is_fifo()


@pytest.mark.parametrize("target", ["missing/report.json", "."])
def test_what_cannot_be_written_is_7(tmp_path, monkeypatch, target):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StorageError), outlet(target) as out:
        out.write([b"x"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("refused", ["make", "write"])
def test_no_room_to_keep_it_is_said_so(monkeypatch, tmp_path, refused):
    """The disk of files without a name is full: that is not standard output's fault."""

    class Full:
        def __init__(self, *arguments):
            if refused == "make":
                self.write(b"")

        def write(self, data):
            raise OSError(28, "No space left on device")

        def close(self):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *error):
            self.close()

    monkeypatch.setattr("tempfile.SpooledTemporaryFile", Full)
    reading, writing = os.pipe()
    out = Outlet(writing)
    with pytest.raises(StorageError, match="cannot be kept: No space left") as caught:
        out.write(PIECES)
    assert "TMPDIR" in caught.value.hint
    os.close(reading)
    os.close(writing)


def test_a_reader_that_leaves_in_the_middle_ends_the_work(capfd):
    """Standard output is gone: the rows that were not asked for yet never are."""
    code = (
        "import sys\nfrom sesscore.outlet import outlet\n"
        "def rows():\n"
        "    for number in range(100000):\n"
        "        if number == 3000: sys.stdin.read()\n"
        "        yield b'x' * 100\n"
        "    sys.stderr.write('asked for all')\n"
        "with outlet('-') as out: out.write(rows())\n"
    )
    run = subprocess.Popen([sys.executable, "-P", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)  # fmt: skip
    with run:
        run.stdout.close()
        run.stdin.close()
        assert run.stderr.read() == b""
        assert run.wait() == 0


def test_a_folder_that_may_not_be_looked_into(monkeypatch, tmp_path):
    def refuse(path, *others, **more):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "stat", refuse)
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StorageError, match="Permission denied"), outlet(str(tmp_path / "closed" / "file")) as out:
        out.write([b"x"])


def test_a_reader_that_waits_holds_up_nobody():
    """All of it is taken while nobody reads; what the pipe has no room for is kept."""
    reading, writing = os.pipe()
    out = Outlet(writing)
    out.write(PIECES)  # comes back
    got = []
    reader = threading.Thread(target=lambda: got.extend(iter(lambda: os.read(reading, 1 << 16), b"")))
    reader.start()
    out.finish()
    out.close()
    os.close(writing)
    reader.join()
    os.close(reading)
    assert b"".join(got) == WHOLE


def test_the_order_stays_if_the_reader_comes_back_meanwhile():
    reading, writing = os.pipe()
    out = Outlet(writing)
    out.write(PIECES[:500])
    first = os.read(reading, 1 << 20)  # there is room again, and some is kept
    out.write(PIECES[500:600])
    got = [first]
    reader = threading.Thread(target=lambda: got.extend(iter(lambda: os.read(reading, 1 << 16), b"")))
    reader.start()
    out.finish()
    out.close()
    os.close(writing)
    reader.join()
    os.close(reading)
    assert b"".join(got) == b"".join(PIECES[:600])


PROGRAM = """
import sys
from sesscore.outlet import outlet
with outlet("-") as out:
    out.write([b"x" * 1000] * 3000)
"""


def test_a_reader_that_has_seen_enough_is_no_error():
    with subprocess.Popen([sys.executable, "-P", "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        run.stdout.read(10)
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait() == 0


def test_standard_output_that_is_no_file_of_the_system(capsysbinary):
    with outlet("-") as out:
        out.write(PIECES)
    assert capsysbinary.readouterr().out == WHOLE
