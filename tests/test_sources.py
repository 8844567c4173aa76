"""What is read from a source is what was written, whatever packed it, and all that stands before damage."""

import bz2
import functools
import gzip
import io
import lzma
import os
import random
import socket
import sys
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sesscore import decompress
from sesscore.compression import told
from sesscore.sources import Source, open_source
from sesscore.unreadable import SourceUnreadable

REAL_LOGS = Path(__file__).parents[2] / "shared" / "data" / "cowrie"

PACK = {"gzip": functools.partial(gzip.compress, mtime=0), "bzip2": bz2.compress, "xz": lzma.compress}
UNPACK = {"gzip": gzip.decompress, "bzip2": bz2.decompress, "xz": lzma.decompress}
SIZES = [1, 7, 4096, 1 << 20]

random.seed(20180506)
LOG = b"".join(
    b'{"eventid":"cowrie.login.failed","session":"%08x","n":%d}\n' % (random.getrandbits(32), n) for n in range(200)
)


@pytest.fixture(params=["gzip by isal", "gzip by zlib", "bzip2", "xz"])
def packed(request, monkeypatch):
    """Run a test with each format, gzip with both libraries."""
    name, _, library = request.param.partition(" by ")
    if library:
        module = pytest.importorskip("isal.isal_zlib") if library == "isal" else zlib
        monkeypatch.setattr(decompress, "GZIP_LIBRARY", module)
    return name


@pytest.fixture
def stored(tmp_path):
    """Write bytes to a file and give its path. The name never tells what is in it."""

    def write(data: bytes) -> str:
        path = tmp_path / "cowrie.json"
        path.write_bytes(data)
        return str(path)

    return write


@pytest.fixture
def piped(monkeypatch):
    """Make bytes come in on standard input."""

    def write(data: bytes) -> str:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data))))
        return "-"

    return write


def read_all(source: Source, size: int = 1 << 20) -> bytes:
    chunks = []
    while chunk := source.read(size):
        assert len(chunk) <= size
        chunks.append(chunk)
    assert source.read(size) == b""
    data = b"".join(chunks)
    assert source.offset == len(data)
    return data


def contents(path: str, size: int = 1 << 20) -> tuple[bytes, str | None]:
    with open_source(path) as source:
        return read_all(source, size), source.damage


class TestWhole:
    @pytest.mark.parametrize("size", SIZES)
    def test_any_read_size_gives_the_same_bytes(self, stored, packed, size):
        path = stored(PACK[packed](LOG))
        with open_source(path) as source:
            assert source.compression == packed
            assert not source.growable
            assert read_all(source, size) == LOG
            assert source.damage is None
            assert source.stored_position == source.stored_bytes == Path(path).stat().st_size

    @pytest.mark.parametrize("size", SIZES)
    def test_plain(self, stored, size):
        with open_source(stored(LOG)) as source:
            assert source.compression == "none"
            assert source.growable
            assert read_all(source, size) == LOG
            assert source.stored_position == source.stored_bytes == len(LOG)

    def test_standard_input(self, piped, packed):
        with open_source(piped(PACK[packed](LOG))) as source:
            assert source.compression == packed
            assert not source.growable
            assert read_all(source, 1000) == LOG
            assert source.damage is None
        assert not sys.stdin.buffer.closed

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
    @given(data=st.data())
    def test_members_of_any_length_cut_into_any_slices(self, stored, packed, data):
        parts = data.draw(st.lists(st.binary(max_size=60), min_size=1, max_size=8))
        padding = data.draw(st.lists(st.integers(0, 3), min_size=len(parts), max_size=len(parts)))
        path = stored(b"".join(PACK[packed](p) + bytes(4 * zeros) for p, zeros in zip(parts, padding, strict=True)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(decompress, "_FIRST_SLICE", data.draw(st.integers(1, 40)))
            patch.setattr(decompress, "_SLICE", data.draw(st.integers(1, 80)))
            assert contents(path, data.draw(st.integers(1, 100))) == (b"".join(parts), None)

    def test_many_tiny_members(self, stored, packed):
        lines = LOG.splitlines(keepends=True) * (50 if packed == "gzip" else 2)
        path = stored(b"".join(PACK[packed](line) for line in lines))
        assert contents(path) == (b"".join(lines), None)

    def test_what_is_packed_inside_stays_packed(self, stored, packed):
        inner = gzip.compress(LOG)
        assert contents(stored(PACK[packed](inner))) == (inner, None)

    @pytest.mark.parametrize("level", [0, 1, 9])
    def test_gzip_header_fields_and_levels(self, stored, tmp_path, level):
        with gzip.GzipFile(tmp_path / "a name", "wb", compresslevel=level) as file:
            file.write(LOG)
        assert contents(str(tmp_path / "a name")) == (LOG, None)

    def test_empty_file(self, stored):
        with open_source(stored(b"")) as source:
            assert (source.read(10), source.growable, source.compression) == (b"", True, "none")

    @pytest.mark.skipif(not REAL_LOGS.is_dir(), reason="the real logs are not here")
    def test_real_logs(self, packed):
        paths = [path for path in REAL_LOGS.rglob("*") if path.is_file() and path.read_bytes()[:2] == b"\x1f\x8b"]
        assert paths
        for path in paths:
            assert contents(str(path)) == (gzip.decompress(path.read_bytes()), None), path


class TestTold:
    @pytest.mark.parametrize(
        ("head", "compression"),
        [
            (b"\x1f\x8b\x08\x00", "gzip"),
            (b"\x1f\x8b", "gzip"),
            (b"\x1f\x8b\x07\x00", "none"),
            (b"\x1f\x8b\x08\x20", "none"),
            (b"\x1f", "none"),
            (b"BZh91AY&SY", "bzip2"),
            (b"BZh9\x17\x72\x45\x38\x50\x90", "bzip2"),
            (b"BZh9", "bzip2"),
            (b"BZh01AY&SY", "none"),
            (b"BZh9 is no ", "none"),
            (b"\xfd7zXZ\x00", "xz"),
            (b"\xfd7zXZ1", "none"),
            (b"", "none"),
            (b"{", "none"),
        ],
    )
    def test_by_the_first_bytes(self, head, compression):
        assert told(head) == compression


class TestDamage:
    def test_cut_anywhere(self, stored, packed):
        """As much is delivered as can be had."""
        whole = PACK[packed](LOG[:4000])
        out, given_by = drip(packed, whole)
        assert out == LOG[:4000]
        for cut in range(6, len(whole)):
            path = stored(whole[:cut])
            data, damage = contents(path)
            assert data == out[: given_by[cut]], cut
            assert damage is not None
            assert damage.startswith("cut short")
            if cut % 50 == 0:
                assert contents(path, 7) == (data, damage)

    def test_a_wrong_bit_anywhere(self, stored, packed):
        log = LOG[:4000]
        whole = PACK[packed](log)
        for at in range(12, len(whole), 5):
            broken = whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :]
            data, damage = contents(stored(broken))
            assert data == drip(packed, broken)[0], at
            assert damage or data == log

    def test_damage_far_into_a_file(self, stored, packed, monkeypatch):
        monkeypatch.setattr(decompress, "_STEP", 1 << 16)
        whole = PACK[packed](random.Random(7).randbytes(40_000) * 8)
        broken = whole[:-200] + bytes(100) + whole[-100:]
        data, damage = contents(stored(broken))
        assert damage
        assert data == drip(packed, broken)[0]

    def test_wrong_checksum_keeps_the_data(self, stored):
        whole = bytearray(gzip.compress(LOG))
        whole[-5] ^= 1
        data, damage = contents(stored(bytes(whole)))
        assert data == LOG
        assert damage is not None
        assert "check" in damage

    @pytest.mark.parametrize("size", [1, 50, 1000, 2000])
    def test_a_wrong_checksum_right_after_what_was_read(self, stored, packed, size):
        """Nothing comes twice, no more than was asked for, and the last byte is not lost."""
        whole = bytearray(PACK[packed](LOG[:4000]))
        whole[-6] ^= 1
        data, damage = contents(stored(bytes(whole)), size)
        assert data == LOG[:4000]
        assert damage is not None

    @pytest.mark.parametrize("garbage", [b"x", b"\x1f", b'{"eventid":"x"}\n' * 1000, b"\0\0\0\0garbage"])
    def test_garbage_after_the_end(self, stored, packed, garbage):
        whole = PACK[packed](LOG)
        data, damage = contents(stored(whole + garbage))
        assert data == LOG
        at = len(whole) + len(garbage) - len(garbage.lstrip(b"\0"))
        assert damage == f"followed by bytes that are not {packed}, from stored byte {at}"

    def test_second_member_cut(self, stored, packed):
        second = PACK[packed](LOG)
        data, damage = contents(stored(PACK[packed](LOG) + bytes(8) + second[: len(second) // 2]))
        assert data.startswith(LOG)
        assert (LOG * 2).startswith(data)
        assert damage is not None
        assert damage.startswith("cut short")

    def test_pipe_loses_little(self, piped, packed):
        """What comes through a pipe cannot be read again."""
        whole = PACK[packed](LOG)
        broken = whole[: len(whole) * 3 // 4]
        data, damage = contents(piped(broken))
        expected = drip(packed, broken)[0]
        assert expected.startswith(data)
        assert len(expected) - len(data) <= 4096
        assert damage is not None

    def test_xz_that_asks_for_too_much_memory(self, stored):
        filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
        whole = bytearray(lzma.compress(LOG, filters=filters))
        at = whole.index(0x21, 12) + 2  # the dictionary size in the block header, which has a checksum of its own
        whole[at] = 40  # 4 GiB
        header = slice(12, 12 + (whole[12] + 1) * 4)
        whole[header.stop - 4 : header.stop] = zlib.crc32(whole[header.start : header.stop - 4]).to_bytes(4, "little")
        data, damage = contents(stored(bytes(whole)))
        assert data == b""
        assert damage is not None
        assert "emory" in damage


def drip(packed: str, data: bytes) -> tuple[bytes, list[int]]:
    """Unpack in single bytes: slow, and nothing is lost at damage. Also how much the first n stored bytes give."""
    if packed == "gzip":
        inflate = zlib.decompressobj(wbits=31)
    else:
        decoder = bz2.BZ2Decompressor() if packed == "bzip2" else lzma.LZMADecompressor()
    out = bytearray()
    given_by = [0]
    for at in range(len(data)):
        rest = data[at : at + 1]
        try:
            if packed == "gzip":
                while chunk := inflate.decompress(rest, 1):
                    out += chunk
                    rest = inflate.unconsumed_tail
            else:
                while not decoder.eof and (chunk := decoder.decompress(rest, 1)):
                    out += chunk
                    rest = b""
        except (OSError, lzma.LZMAError, zlib.error):
            break
        given_by.append(len(out))
    return bytes(out), given_by


class TestBounds:
    def test_a_bomb_needs_no_more_memory_than_a_log(self, stored, packed):
        path = stored(PACK[packed](bytes(64 << 20)))
        tracemalloc.start()
        try:
            with open_source(path) as source:
                assert source.skip(1 << 40) == 64 << 20
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 16 << 20

    def test_zeros_after_a_member_are_not_gathered(self, stored):
        path = stored(gzip.compress(LOG))
        os.truncate(path, 64 << 20)
        tracemalloc.start()
        try:
            assert contents(path) == (LOG, None)
            assert tracemalloc.get_traced_memory()[1] < 8 << 20
        finally:
            tracemalloc.stop()


class TestPlaces:
    @pytest.mark.parametrize("plain", [False, True])
    def test_skip_then_read(self, stored, packed, plain):
        with open_source(stored(LOG if plain else PACK[packed](LOG))) as source:
            assert source.skip(0) == 0
            assert source.skip(1000) == 1000
            assert source.read(5) == LOG[1000:][: source.offset - 1000]
            here = source.offset
            assert source.skip(1 << 30) == len(LOG) - here
            assert source.offset == len(LOG)
            assert source.read(1) == b""

    def test_skip_on_standard_input(self, piped):
        with open_source(piped(LOG)) as source:
            assert source.skip(1000) == 1000
            assert read_all_from(source) == LOG[1000:]

    def test_a_file_that_grows(self, stored):
        path = stored(LOG)
        with open_source(path) as source:
            read_all_from(source)
            with open(path, "ab") as file:
                file.write(b"more\n")
            assert source.read(100) == b"more\n"
            assert source.offset == source.stored_position == len(LOG) + 5

    def test_read_at_moves_nothing(self, stored):
        with open_source(stored(LOG)) as source:
            source.read(10)
            assert source.read_at(100, 20) == LOG[100:120]
            assert source.read_at(len(LOG) - 3, 20) == LOG[-3:]
            assert source.read(1 << 20) == LOG[10:]

    def test_read_at_is_for_plain_files(self, stored):
        with open_source(stored(gzip.compress(LOG))) as source, pytest.raises(TypeError):
            source.read_at(0, 1)

    def test_holes_cost_nothing(self, stored):
        path = stored(b"")
        with open(path, "r+b") as file:
            file.seek(1 << 40)
            file.write(LOG)
        with open_source(path) as source:
            hole = source.skip_hole()
            if hole == 0:
                pytest.skip("the file system has no holes")
            assert read_all_from(source).lstrip(b"\0") == LOG
            assert source.offset == (1 << 40) + len(LOG)
            assert source.skip_hole() == 0
        os.truncate(path, 1 << 41)
        with open_source(path) as source:
            source.skip((1 << 40) + (1 << 20))
            assert source.skip_hole() == (1 << 40) - (1 << 20)
            assert source.read(1) == b""

    def test_what_is_known_of_a_file(self, stored):
        path = stored(LOG)
        info = os.stat(path)
        with open_source(path) as source:
            assert (source.path, source.stored_bytes, source.modified_ns) == (path, len(LOG), info.st_mtime_ns)
            assert (source.device, source.inode) == (info.st_dev, info.st_ino)


def read_all_from(source: Source) -> bytes:
    return b"".join(iter(lambda: source.read(1 << 16), b""))


class TestUnreadable:
    @pytest.fixture
    def refused(self):
        def refuse(path) -> str:
            with pytest.raises(SourceUnreadable) as caught:
                open_source(os.fsdecode(path))
            assert caught.value.path == os.fsdecode(path)
            return caught.value.reason

        return refuse

    def test_missing(self, refused, tmp_path):
        assert refused(tmp_path / "none") == "does not exist"

    def test_below_a_file(self, refused, stored):
        assert refused(stored(b"") + "/x").startswith("does not exist")

    def test_directory(self, refused, tmp_path):
        assert refused(tmp_path) == "is a directory"

    def test_fifo_never_hangs(self, refused, tmp_path):
        os.mkfifo(tmp_path / "fifo")
        assert refused(tmp_path / "fifo") == "is a FIFO"

    def test_socket(self, refused, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("socket")
            assert refused("socket") == "is a socket"

    @pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
    def test_device(self, refused, device):
        assert refused(device) == "is a device"

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_forbidden(self, refused, stored):
        path = stored(LOG)
        os.chmod(path, 0)
        assert refused(path) == "may not be read"

    def test_impossible_name(self, refused):
        assert refused("a\0b") == "is no possible file name"

    def test_link_is_followed(self, stored, tmp_path):
        os.symlink(stored(LOG), tmp_path / "link")
        assert contents(str(tmp_path / "link")) == (LOG, None)

    @pytest.mark.parametrize("name", [b"new\nline", b"-rf", b"\xff\xfe.json", "é.json".encode(), b" "])
    def test_any_name(self, tmp_path, name):
        path = os.fsencode(tmp_path) + b"/" + name
        Path(os.fsdecode(path)).write_bytes(LOG)
        assert contents(os.fsdecode(path)) == (LOG, None)

    def test_error_while_reading(self, stored, monkeypatch):
        def fail(fd, size, offset):
            raise OSError(5, "Input/output error")

        for data in (LOG, gzip.compress(LOG), bz2.compress(LOG)):
            with open_source(stored(data)) as source, monkeypatch.context() as patch:
                patch.setattr(os, "pread", fail)
                with pytest.raises(SourceUnreadable, match="Input/output error"):
                    source.read(100)

    def test_closed_standard_input(self, refused, monkeypatch):
        monkeypatch.setattr(sys, "stdin", None)
        assert refused("-").startswith("is closed")

    def test_no_descriptor_is_left_open(self, stored, tmp_path):
        path = stored(LOG)
        before = os.listdir("/dev/fd")
        for _ in range(5):
            with open_source(path):
                pass
            with pytest.raises(SourceUnreadable):
                open_source(str(tmp_path))
        assert len(os.listdir("/dev/fd")) == len(before)


def test_a_system_that_gives_less_than_it_is_asked_for(tmp_path, monkeypatch):
    """It may, and only nothing is the end."""
    data = bytes(range(256)) * 40
    path = tmp_path / "log"
    path.write_bytes(data)
    pread = os.pread
    monkeypatch.setattr(os, "pread", lambda fd, size, position: pread(fd, max(1, size // 2), position))
    with open_source(str(path)) as source:
        assert source.read_at(100, 5000) == data[100:5100]
        assert source.read_at(len(data) - 5, 50) == data[-5:]
