"""A file is known by what it holds, wherever it lies, whatever packed it; and never for what it is not."""

from __future__ import annotations

import bz2
import gc
import gzip
import io
import lzma
import os
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from compare import dump, reading
from rotated import line

from sesscore import recognise as recognising
from sesscore import sources
from sesscore.ingest import IngestResult, ingest
from sesscore.known import HEAD_BYTES, head_of, is_telling

PACK = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
REGRESSED = "lost what was read of it before, or was begun anew (source regressed): it is read as another source"


def log(*numbers: int) -> bytes:
    return b"".join(map(line, numbers))


class Folder:
    """Logs and a database."""

    def __init__(self, path: Path) -> None:
        self.path = path / "logs"
        self.path.mkdir()
        self.db = str(path / "s.db")

    def put(self, name: str, data: bytes) -> Path:
        (self.path / name).write_bytes(data)
        return self.path / name

    def ingest(self, *names: str, **options: Any) -> IngestResult:
        return ingest([str(self.path / name) for name in names] or [str(self.path)], db=self.db, **options)

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with reading(self.db) as connection:
            return connection.execute(statement).fetchall()

    def sources(self) -> list[tuple[Any, ...]]:
        found = self.ask("SELECT path, offset, records, lines, duplicates FROM source JOIN ledger USING (source_id)")
        return [(Path(path).name, *rest) for path, *rest in found]

    def events(self) -> list[int]:
        return sorted(int(value) for (value,) in self.ask("SELECT value FROM session_activity"))

    def assert_settled(self) -> None:
        """Reading again reads nothing and changes no row."""
        before = dump(self.db)
        assert self.ingest().ledger.lines == 0
        assert dump(self.db) == before


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


# --- the same source -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", PACK)
def test_a_log_that_is_packed_after_its_rotation_goes_on(suffix: str, folder: Folder) -> None:
    """Where it was, with the records after those that were read; nothing before them is read again."""
    path = folder.put("cowrie.json", log(*range(50)))
    folder.ingest()
    folder.put("cowrie.json.1" + suffix, PACK[suffix](log(*range(53))))
    path.unlink()
    result = folder.ingest()
    assert (result.ledger.lines, result.ledger.events, result.sources["read"]) == (3, 3, 1)
    assert folder.sources() == [("cowrie.json.1" + suffix, len(log(*range(53))), 53, 53, 0)]
    assert folder.ask("SELECT max(last_record) FROM session_origin") == [(53,)]
    folder.assert_settled()


@pytest.mark.parametrize("suffix", PACK)
def test_a_log_that_was_read_to_its_end_is_packed(suffix: str, folder: Folder) -> None:
    path = folder.put("cowrie.json.1", log(1, 2, 3))
    folder.ingest()
    before = dump(folder.db)
    folder.put("cowrie.json.2" + suffix, PACK[suffix](path.read_bytes()))
    path.unlink()
    result = folder.ingest()
    assert (result.ledger.lines, result.sources["unchanged"]) == (0, 1)
    assert {name for name, rows in dump(folder.db).items() if rows != before[name]} == {"source"}
    assert folder.sources() == [("cowrie.json.2" + suffix, len(log(1, 2, 3)), 3, 3, 0)]
    folder.assert_settled()


@pytest.mark.parametrize("begin", [b"", b"\n", b"\n[\n"], ids=["a line", "a blank line", "an array"])
def test_a_log_is_known_whatever_the_size_of_the_blocks(begin: bytes, folder: Folder) -> None:
    """By all of its first line, which is not in one block with what stands before it."""
    path = folder.put("cowrie.json", begin + line(1, 1500) + log(2))
    folder.ingest(block_bytes=100)
    folder.put("cowrie.json.1.gz", gzip.compress(path.read_bytes()))
    path.unlink()
    assert folder.ingest().ledger.lines == 0
    folder.assert_settled()


def test_a_packed_log_is_unpacked_and_packed_again(folder: Folder) -> None:
    path = folder.put("old.gz", gzip.compress(log(1, 2), 1, mtime=1))
    folder.ingest()
    for data in (gzip.compress(log(1, 2), 9, mtime=2), bz2.compress(log(1, 2)), log(1, 2)):
        path.unlink()
        path.write_bytes(data)
        assert folder.ingest().sources["unchanged"] == 1
        folder.assert_settled()
    assert folder.sources() == [("old.gz", len(log(1, 2)), 2, 2, 0)]


def test_a_packed_log_grows_by_members(folder: Folder) -> None:
    path = folder.put("old.gz", b"")
    for number in range(4):
        with path.open("ab") as file:
            file.write(gzip.compress(log(2 * number, 2 * number + 1)))
        assert folder.ingest().ledger.events == 2
    assert folder.sources() == [("old.gz", len(log(*range(8))), 8, 8, 0)]


def test_copytruncate(folder: Folder) -> None:
    """What was written after the last reading is read from the copy; the log is another one now."""
    live = folder.put("cowrie.json", log(1, 2))
    folder.ingest()
    folder.put("cowrie.json.1", log(1, 2, 3))
    live.write_bytes(log(4, 5, 6, 7))
    result = folder.ingest()
    assert (result.ledger.lines, result.ledger.events, result.problems) == (5, 5, [])
    assert folder.sources() == [
        ("cowrie.json.1", len(log(1, 2, 3)), 3, 3, 0), ("cowrie.json", len(log(4, 5, 6, 7)), 4, 4, 0)
    ]  # fmt: skip
    folder.assert_settled()


@pytest.mark.parametrize("packed", [False, True])
def test_a_copy_is_the_source_that_it_is_a_copy_of(packed: bool, folder: Folder) -> None:
    """A copy of the live log stays one when that goes on."""
    live = folder.put("cowrie.json", log(1, 2))
    folder.ingest()
    known = dump(folder.db)
    folder.put("copy.json", gzip.compress(live.read_bytes()) if packed else live.read_bytes())
    result = folder.ingest()
    assert (result.ledger.lines, result.sources["unchanged"]) == (0, 2)
    assert {name for name, rows in dump(folder.db).items() if rows != known[name]} <= {"source_copy"}
    folder.assert_settled()
    live.write_bytes(log(1, 2, 3))
    result = folder.ingest()
    assert (result.ledger.events, result.problems) == (1, [])
    folder.assert_settled()
    assert len(folder.sources()) == 1


def test_a_hard_link(folder: Folder) -> None:
    live = folder.put("cowrie.json", log(1, 2))
    folder.ingest()
    before = dump(folder.db)
    os.link(live, folder.path / "another")
    assert folder.ingest("another").sources["unchanged"] == 1
    assert dump(folder.db) == before


def test_two_files_of_one_source_that_both_go_on(folder: Folder) -> None:
    """Only one of them can be it."""
    first = folder.put("a", log(1, 2))
    folder.ingest()
    first.unlink()
    folder.put("b", log(1, 2, 3))
    folder.put("c", log(1, 2, 4))
    assert folder.ingest().ledger.events == 2
    assert folder.events() == [1, 2, 3, 4]
    assert folder.sources() == [("b", len(log(1, 2, 3)), 3, 3, 0), ("c", len(log(1, 2, 4)), 3, 3, 2)]
    folder.assert_settled()


def test_a_line_that_waited_is_packed(folder: Folder) -> None:
    """What waits in a log that can grow is unterminated in one that cannot."""
    path = folder.put("cowrie.json", log(1, 2) + b'{"eventid')
    assert folder.ingest().sources["pending"] == 1
    folder.put("cowrie.json.gz", gzip.compress(path.read_bytes()))
    path.unlink()
    result = folder.ingest()
    assert (result.ledger.lines, result.ledger.quarantined) == (1, 1)
    folder.assert_settled()


@pytest.mark.parametrize("names", [("a.gz", "b"), ("b.gz", "a")], ids=["packed first", "packed last"])
def test_a_line_that_waits_where_another_file_ends(names: tuple[str, str], folder: Folder) -> None:
    """The packed one is no log; the other one may become one, whatever the first holds."""
    packed, live = names
    folder.put(packed, gzip.compress(b'{"eventid'))
    waiting = folder.put(live, b'{"eventid')
    first = folder.ingest().sources
    assert (first["alien"], first["pending"]) == (1, 1)
    folder.assert_settled()
    assert folder.ingest().sources["pending"] == 1
    waiting.write_bytes(log(1, 2))
    assert folder.ingest().ledger.events == 2
    folder.assert_settled()


# --- another source --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", [(3,), (3, 4, 5, 6, 7)], ids=["shorter", "longer than before"])
def test_a_log_that_is_emptied_and_begun_anew(again: tuple[int, ...], folder: Folder) -> None:
    """As Cowrie 2.7 does when it starts: the same file, the same name, maybe longer than what was read of it."""
    live = folder.put("cowrie.json", log(1, 2))
    folder.ingest()
    live.write_bytes(log(*again))
    result = folder.ingest()
    assert (result.ledger.lines, result.ledger.events, result.problems) == (len(again), len(again), [])
    assert [source[:3] for source in folder.sources()] == [
        ("cowrie.json", len(log(1, 2)), 2), ("cowrie.json", len(log(*again)), len(again))
    ]  # fmt: skip
    folder.assert_settled()


def test_an_inode_that_is_used_again(folder: Folder) -> None:
    """By a file of the same size, name and time."""
    path = folder.put("cowrie.json.1.gz", gzip.compress(log(1), mtime=0))
    os.utime(path, ns=(1, 1))
    folder.ingest()
    path.unlink()
    path = folder.put("cowrie.json.1.gz", gzip.compress(log(2), mtime=0))
    os.utime(path, ns=(2, 2))
    assert folder.ingest().ledger.events == 1
    inode = path.stat().st_ino
    path.unlink()
    if folder.put("cowrie.json", log(3)).stat().st_ino != inode:
        pytest.skip("the file system does not use an inode again at once")
    assert folder.ingest().ledger.events == 1


def test_a_text_log_that_grows(folder: Folder) -> None:
    """Cowrie's own lies beside the other, and is written as often: it is one source, read once, and no log of ours."""
    entry = b"2024-05-01T00:00:00.000000Z [cowrie.ssh.transport#info] connection lost\n"
    for count in range(1, 5):
        path = folder.put("cowrie.log", entry * count + entry[: count % 2 * 30])
        assert folder.ingest().ledger.lines == 1
        folder.assert_settled()
    assert folder.sources() == [("cowrie.log", 4 * len(entry), 4, 4, 0)]
    path.rename(folder.path / "cowrie.log.2024-05-01")
    folder.put("cowrie.log", entry + entry.replace(b"lost", b"kept"))
    folder.ingest()
    assert [name for name, *_ in folder.sources()] == ["cowrie.log.2024-05-01", "cowrie.log"]
    assert folder.ask("SELECT DISTINCT state FROM source") == [("alien",)]


def test_a_packed_log_in_the_place_of_a_line_that_waited(folder: Folder) -> None:
    """It was looked into to find out what it is, and is read from its beginning."""
    path = folder.put("cowrie.json", b'{"eventid')
    folder.ingest()
    path.write_bytes(gzip.compress(log(1, 2)))
    assert folder.ingest().ledger.events == 2


def test_empty_files_are_nothing(folder: Folder) -> None:
    for name in "abc":
        folder.put(name, b"")
    folder.ingest()
    assert folder.ask("SELECT * FROM source") == []
    folder.put("b", log(1))
    folder.put("c", log(2))
    assert folder.ingest().ledger.events == 2


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("zeros", [False, True], ids=["cut", "NULs"])
def test_a_log_that_lost_its_end(zeros: bool, suffix: str, folder: Folder) -> None:
    """It is said once. What is new is read at once; what is known is known."""
    pack = PACK.get(suffix, bytes)
    path = folder.put("cowrie.json" + suffix, pack(log(1, 2, 3, 4)))
    folder.ingest()
    lost = bytes(len(log(3, 4))) if zeros else b""
    path.write_bytes(pack(log(1, 2) + lost))
    result = folder.ingest()
    assert [(one.source, one.problem) for one in result.problems] == [(str(path), REGRESSED)]
    assert (result.ledger.events, result.ledger.duplicates) == (0, 2)
    folder.assert_settled()
    path.write_bytes(pack(log(1, 2) + lost + log(5)))
    result = folder.ingest()
    assert (result.ledger.lines, result.ledger.events, result.problems) == (1, 1, [])
    assert folder.events() == [1, 2, 3, 4, 5]


def test_a_log_that_lost_its_end_and_grew_past_it(folder: Folder) -> None:
    """It is longer than what was read of it, and begins alike."""
    path = folder.put("cowrie.json", log(1, 2, 3, 4))
    folder.ingest()
    path.write_bytes(log(1, 2, 5, 6, 7))
    result = folder.ingest()
    assert ([one.problem for one in result.problems], result.ledger.events) == ([REGRESSED], 3)
    assert folder.events() == [1, 2, 3, 4, 5, 6, 7]
    folder.assert_settled()


def test_a_packed_log_that_is_seen_while_it_is_written(folder: Folder) -> None:
    """It is one source. Half a line at its end is a bad record until the rest of the line is there."""
    lines = [line(number, number * 97 % 800) for number in range(40)]
    whole = gzip.compress(b"".join(lines))
    first = folder.put("slow.gz", gzip.compress(lines[0]))
    folder.ingest()
    bad = 0
    for size in (*range(20, len(whole), 60), len(whole)):
        first.write_bytes(gzip.compress(lines[0]) + whole[:size])
        result = folder.ingest()
        assert all("cut short" in one.problem for one in result.problems)
        bad += result.ledger.quarantined > 0
        check_sources(folder)
    assert bad > 0
    assert folder.events() == list(range(40))
    assert folder.sources() == [("slow.gz", len(lines[0] + b"".join(lines)), 41, 41, 1)]
    assert folder.ask("SELECT * FROM quarantine") == []
    folder.assert_settled()


def check_sources(folder: Folder) -> None:
    """Offset, records and ledger are of one moment."""
    assert (
        folder.ask(
            "SELECT source_id FROM source JOIN ledger USING (source_id)"
            " WHERE records <> lines OR lines <> events + duplicates + sessionless + quarantined + blank"
        )
        == []
    )


def test_a_packed_half_is_packed_whole(folder: Folder) -> None:
    """The record that had no end is read with it, from the plain file as well."""
    folder.put("old.gz", gzip.compress(log(1, 2) + line(3)[:50]))
    assert folder.ingest().ledger.quarantined == 1
    (folder.path / "old.gz").unlink()
    folder.put("old", log(1, 2, 3) + line(4)[:50])
    result = folder.ingest()
    assert (result.ledger.lines, result.ledger.events, result.ledger.quarantined) == (0, 1, -1)
    assert folder.sources() == [("old", len(log(1, 2, 3)), 3, 3, 0)]
    check_sources(folder)
    folder.assert_settled()


def test_a_damaged_file_does_not_hold_the_memory_of_the_next(folder: Folder) -> None:
    """The error of the one knows who called, and with it the block that is to be used again."""
    gc.disable()
    try:
        folder.put("a.gz", gzip.compress(log(*range(40)))[:-30])
        folder.put("b", log(*range(40, 80)))
        result = folder.ingest(block_bytes=1000)
    finally:
        gc.enable()
    assert result.sources["read"] == 2
    assert set(range(40, 80)) <= set(folder.events())


def test_logs_that_come_on_standard_input_one_after_another(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was compared could not be read again."""
    for numbers in ((1, 2), (3, 4), (3, 4, 5)):
        read, write = os.pipe()
        os.write(write, log(*numbers))
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(pipe))
            ingest(["-"], db=folder.db)
    assert folder.events() == [1, 2, 3, 4, 5]
    folder.put("saved", log(3, 4, 5))
    assert folder.ingest().sources["unchanged"] == 1


def test_half_a_line_is_no_source_to_go_on_with(folder: Folder) -> None:
    """Many lines begin alike: a log of the same name that begins as the half did is another one."""
    whole = line(1)
    first = folder.put("cowrie.json.1", whole[:40])
    folder.put("cowrie.json", whole[40:])
    folder.ingest()
    assert folder.events() == [1]
    first.unlink()
    assert line(2)[:40] == whole[:40]
    folder.put("cowrie.json.1", log(2))
    folder.ingest()
    assert folder.events() == [1, 2]


def test_half_a_line_is_known_beside_a_log_that_begins_alike(folder: Folder) -> None:
    """Which is asked first whether it is the half."""
    first = folder.put("cowrie.json.1", line(1)[:40])
    folder.put("cowrie.json", line(1)[40:])
    folder.ingest()
    folder.put("cowrie.json.2.gz", gzip.compress(line(1)[:40]))
    folder.put("new", log(2)).replace(first)  # with an inode of its own
    folder.ingest()
    assert ("cowrie.json.2.gz", 40, 1, 1, 0) in folder.sources()
    folder.assert_settled()


@pytest.mark.parametrize("suffix", PACK)
def test_the_first_byte_of_an_event_is_packed(suffix: str, folder: Folder) -> None:
    """By which no log can be told from another: its name can."""
    first = folder.put("cowrie.json.1", line(1)[:1])
    folder.put("cowrie.json", line(1)[1:])
    folder.ingest()
    folder.put("cowrie.json.1" + suffix, PACK[suffix](first.read_bytes()))
    first.unlink()
    result = folder.ingest()
    assert (result.ledger.lines, result.ledger.duplicates) == (0, 0)
    folder.assert_settled()


# --- what a log begins with ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "head"),
    [
        (b'{"a":1}\n{"a":2}\n', b'{"a":1}'),
        (b'{"a":1}', b'{"a":1}'),
        (b'{"a":1} \r\n', b'{"a":1}'),
        (b'\r\n\n{"a":1}\n', b'\r\n\n{"a":1}'),
        (b'[\n  {\n    "a": 1,\n    "b"', b'[\n  {\n    "a": 1,'),
        (b'\0\0\0{"a":1}\n', b'\0\0\0{"a":1}'),
        (b'\xef\xbb\xbf{"a":1}\n', b'\xef\xbb\xbf{"a":1}'),
        (b"x" * (HEAD_BYTES + 9), b"x" * HEAD_BYTES),
    ],
    ids=range(8),
)
def test_the_head_is_all_up_to_the_first_line_that_says_anything(data: bytes, head: bytes) -> None:
    for text in (data, bytearray(data)):
        assert head_of(text) == head
    assert is_telling(head)


@pytest.mark.parametrize("data", [b"", b"\n", b"[\n{\n", bytes(HEAD_BYTES + 9), b" , ]\r\n\0"], ids=range(5))
def test_what_tells_nothing_is_no_head_to_look_for(data: bytes) -> None:
    assert not is_telling(head_of(data))


# --- what it costs ---------------------------------------------------------------------------------------------------


@pytest.fixture
def costs(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Statements, and bytes that were read of files, packed ones unpacked."""
    counts: Counter[str] = Counter()
    ask, read_at, read = recognising._Search._rows, sources.Source.read_at, sources.Source.read

    def asked(search: Any, name: str, *values: object) -> Any:
        counts["statements"] += 1
        return ask(search, name, *values)

    def read_there(source: Any, *arguments: int) -> bytes:
        counts["reads"] += 1
        data = read_at(source, *arguments)
        counts["bytes"] += len(data)
        return data

    def read_on(source: Any, size: int) -> bytes:
        counts["reads"] += 1
        data = read(source, size)
        counts["bytes"] += len(data)
        return data

    monkeypatch.setattr(recognising._Search, "_rows", asked)
    monkeypatch.setattr(sources.Source, "read_at", read_there)
    monkeypatch.setattr(sources.Source, "read", read_on)
    return counts


def test_what_is_as_it_was_costs_a_lookup_a_file(folder: Folder, costs: Counter[str]) -> None:
    """A plain one its first line and its last bytes, too; a packed one is not unpacked."""
    for number in range(20):
        folder.put(f"plain.{number}", log(*range(100 * number, 100 * number + 99)))
        folder.put(f"packed.{number}.gz", gzip.compress(log(*range(3000 + 100 * number, 3099 + 100 * number))))
    folder.ingest()
    costs.clear()
    assert folder.ingest().sources["unchanged"] == 40
    assert costs["statements"] == 40
    assert costs["reads"] == 40
    assert costs["bytes"] <= 20 * 5000


def test_a_packed_file_is_unpacked_once_wherever_it_lies(folder: Folder, costs: Counter[str]) -> None:
    """Renamed as rotation does, it is not unpacked at all; of copies it is remembered what they are."""
    for number in (3, 2, 1):
        folder.put(f"cowrie.json.{number}.gz", gzip.compress(log(*range(100 * number, 100 * number + 99))))
    folder.ingest()
    costs.clear()
    for number in (3, 2, 1):
        (folder.path / f"cowrie.json.{number}.gz").rename(folder.path / f"cowrie.json.{number + 1}.gz")
    folder.ingest()
    assert costs["bytes"] == 0
    shutil.copytree(folder.path, folder.path / "backup")
    folder.ingest()
    assert costs["bytes"] > 0
    costs.clear()
    folder.assert_settled()
    assert costs["bytes"] == 0


def test_many_logs_with_one_first_line_cost_a_few_looks(folder: Folder, costs: Counter[str]) -> None:
    """Cut copies of one log: a new one is compared with some of them, and is read if it is none of these."""
    for number in range(2, 40):
        folder.put(f"cut.{number}", log(*range(number)))
    folder.ingest()
    for number, name in ((41, "new"), (41, "new.gz")):
        costs.clear()
        folder.put(name, PACK.get(Path(name).suffix, bytes)(log(*range(number))))
        result = folder.ingest(name)
        assert result.problems == []
        assert costs["statements"] <= 3
        assert costs["reads"] <= 40
    assert folder.events() == list(range(41))
