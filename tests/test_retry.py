"""`ingest --retry-quarantine`: what an older version could not read becomes what it would be if it were read now.

An older version is this one with something taken away. The measure is a database that this version made at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cases import CASES, CUT, HALF, HALVES, KEY, A, B, C, Case, J, event, lines, unnamed
from compare import content, dump, ledgers, reading
from desk import Desk, desks
from hashes import hashed
from hypothesis import given, settings
from hypothesis import strategies as st
from ingested import changing, outcome
from strategies import lines as lines_of
from strategies import logs, worlds

from sesscore import queries, records, renumber, retry, retry_units, slowpath, stored, storing, verify, writer
from sesscore.ingest import ingest
from sesscore.matchers import MatcherFailed, Registry, UserMatcher
from sesscore.records import RecordReader
from sesscore.result import IngestResult
from sesscore.retry_file import Found
from sesscore.store import open_for_reading

Older = Callable[[], contextlib.AbstractContextManager[None]]
HOUR = 3600


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# --- older versions --------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def without(where: Any, name: str, put: Any) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, name, put)
        yield


def no_wrappers() -> contextlib.AbstractContextManager[None]:
    """It knows neither `_source` nor lists under a key."""
    return without(slowpath, "unwrap", lambda value, is_event: iter([(value, None)]))


def no_salvage() -> contextlib.AbstractContextManager[None]:
    """It does not look for events in torn lines."""
    return without(RecordReader, "_salvage", lambda *_: -1)


def refusing(word: bytes, reason: str = "json") -> Older:
    """It cannot read objects that hold a word."""
    real = RecordReader._object

    def older(self: RecordReader, batch: Any, at: int, final: bool) -> int:
        verdict, end = batch.check(at)
        if verdict == "whole" and word in batch.block[at:end]:
            return self._stretch(batch, at, reason, final)
        return real(self, batch, at, final)

    return lambda: without(RecordReader, "_object", older)


def small_objects() -> contextlib.AbstractContextManager[None]:
    """It reads objects of 200 bytes at the most."""
    real = RecordReader._object

    def older(self: RecordReader, batch: Any, at: int, final: bool) -> int:
        verdict, end = batch.check(at)
        if verdict == "whole" and end - at > 200:
            return self._stretch(batch, at, "too_long", final)
        return real(self, batch, at, final)

    return without(RecordReader, "_object", older)


def not_reading(is_bad: Callable[[dict[str, Any]], bool]) -> Older:
    """It does not take some events for events."""
    real = slowpath.unwrap

    def older(value: Any, is_event: Any) -> Iterator[Any]:
        for fields, enclosing in real(value, is_event):
            yield ({"x": 1} if is_bad(fields) else fields), enclosing

    return lambda: without(slowpath, "unwrap", older)


def no_elements(*numbers: int) -> Older:
    return not_reading(lambda fields: fields.get("n") in numbers)


# --- what is compared ------------------------------------------------------------------------------------------------


def ingest_older(older: Older, desk: Desk, *paths: str, **options: Any) -> IngestResult:
    with older():
        return desk.ingest(*paths, fast=False, **options)


def retry_all(desk: Desk, *paths: str, **options: Any) -> IngestResult:
    result = ingest(paths, db=desk.db, retry_quarantine=True, **options)
    assert result.ledger.balanced
    told = result.retried
    assert told.rows == told.read + told.kept + told.not_there
    check(desk)
    return result


def assert_same(desk: Desk, **options: Any) -> IngestResult:
    """Reading the quarantine again changes no row."""
    before = dump(desk.db)
    result = retry_all(desk, **options)
    assert dump(desk.db) == before
    assert result.retried.read == result.retried.records == result.ledger.lines == 0
    return result


def check(desk: Desk) -> None:
    """All that `verify` checks holds."""
    with open_for_reading(desk.db) as database:
        told = verify.document(database.connection, desk.db)
    assert told["agrees"], told["differences"]


def shares(db: str) -> list[tuple[Any, ...]]:
    """Which records of which file each session came from."""
    with reading(db) as connection:
        return connection.execute(
            "SELECT m.sensor, m.session_id, m.started_us, s.path, o.first_record, o.last_record, o.events"
            " FROM session_origin AS o JOIN session_metrics AS m USING (session_key) JOIN source AS s USING (source_id)"
            " ORDER BY 1, 2, 3, 4, 5"
        ).fetchall()


def sources(db: str) -> list[tuple[Any, ...]]:
    with reading(db) as connection:
        return connection.execute(
            'SELECT path, "offset", records, pending_bytes, state, damage FROM source ORDER BY 1'
        ).fetchall()


def held(db: str) -> list[tuple[Any, ...]]:
    with reading(db) as connection:
        return connection.execute(
            "SELECT record, records, byte_offset, byte_length, reason, bytes FROM quarantine ORDER BY source_id, record"
        ).fetchall()


def assert_as_new(desk: Desk, *paths: str) -> None:
    """The database says what one says that read the files at once."""
    fresh = str(desk.folder / "fresh" / "sesscore.db")
    os.makedirs(os.path.dirname(fresh), exist_ok=True)
    ingest(paths, db=fresh)
    assert content(desk.db) == content(fresh)
    assert hashed(desk.db) == hashed(fresh)
    names = {os.path.basename(name): told for name, told in ledgers(fresh).items()}
    assert {os.path.basename(name): told for name, told in ledgers(desk.db).items()} == names
    if not any(told["duplicates"] for told in names.values()):  # of copies, the one that was read first counts
        assert shares(desk.db) == shares(fresh)
    assert sources(desk.db) == sources(fresh)


# --- the same version ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [*CASES, *HALVES], ids=lambda case: case.name)
def test_the_same_version_changes_no_row(case: Case, desk: Desk) -> None:
    options = {"sensor": case.sensor, "assume_utc_offset_minutes": case.assume_utc_offset_minutes}
    paths = [desk.put(name, data, "plain" if growable else "gz") for name, data, growable in case.sources]
    desk.ingest(*paths, **options)
    assert_same(desk, assume_utc_offset_minutes=case.assume_utc_offset_minutes)
    for path in paths:
        Path(path).unlink()
    assert_same(desk, assume_utc_offset_minutes=case.assume_utc_offset_minutes)


@settings(max_examples=60, deadline=None)
@given(st.lists(logs(), min_size=1, max_size=2), st.sampled_from((64, 1 << 20)), st.data())
def test_the_same_version_changes_no_row_of_any_log(data: list[bytes], block_bytes: int, draw: st.DataObject) -> None:
    """Of logs that grew, too: those that were none at first, and those that are read in small batches."""
    with desks() as desk:
        for i, log in enumerate(data):
            cuts = draw.draw(st.lists(st.integers(0, len(log)), max_size=3)) if i % 2 == 0 else []
            for cut in [*sorted(cuts), len(log)]:
                desk.ingest(desk.put(f"log.{i}", log[:cut], "plain" if i % 2 == 0 else "gz"), block_bytes=block_bytes)
        assert_same(desk)
        for i, _ in enumerate(data):
            (desk.folder / f"log.{i}").unlink()
        assert_same(desk)


# --- an older version ------------------------------------------------------------------------------------------------

WRAPPED = [J({"_source": event("a", i, n=i)}) for i in range(6)]
LONG = J(event("long", 3, x="x" * 5000))
PRETTY = json.dumps(event("p", 5, word="refused", inner={"x": [1, {"y": 2}]}), indent=1).encode()
LONG_LINES = json.dumps(event("l", 1, x=["y" * 90] * 3), indent=1).encode()
LISTED = J({KEY: [unnamed(i, n=i) for i in range(4)]})
SHAPES = {
    "wrapped": (no_wrappers, lines(A, *WRAPPED[:2], B, WRAPPED[2], b"x", WRAPPED[3], b"", C)),
    "wrapped, in an array": (no_wrappers, b"[\n" + b",\n".join([A, *WRAPPED, B]) + b"\n]\n"),
    "wrapped, in an array on one line": (no_wrappers, b"[" + b",".join([A, *WRAPPED[:3], B, *WRAPPED[3:]]) + b"]\n"),
    "a list, which is more records": (no_wrappers, lines(A, b"x", LISTED, B, LISTED, b"y", C)),
    "lists, the last record too": (no_wrappers, lines(A, b"x", b"1", LISTED)),
    "torn": (no_salvage, lines(A, HALF + B, b"x", HALF + C + b" y", event("d"), b"1 2")),
    "torn, many": (no_salvage, lines(A, *(HALF + J(event(f"s{i}", i)) for i in range(20)), B)),
    "refused": (refusing(b"refused"), lines(A, event("r", word="refused"), b"x", event("r", 1, word="refused"), B)),
    "over many lines": (refusing(b"refused"), lines(A, PRETTY, B, b"x", PRETTY, b"1", C)),
    "too long": (small_objects, lines(A, LONG, B, b"x", LONG, C, b"y")),
    "too long, over lines": (small_objects, lines(A, LONG_LINES, B)),
    "too deep": (refusing(b"refused", "depth"), lines(A, event("r", word="refused"), B, PRETTY, C)),
    "one element of a list": (no_elements(2), lines(A, LISTED, b"x", B)),
    "the first element of a list": (no_elements(0), lines(B, LISTED, b"x", event("c", 7))),
    "the last record is an element": (no_elements(3), lines(A, b"x", LISTED)),
    "two elements of a list": (no_elements(1, 3), lines(A, b"x", LISTED, b"y", B)),
    "an element beside bad ones": (no_elements(1), lines(A, {KEY: [{}, *(unnamed(i, n=i) for i in range(3)), {}]}, B)),
}  # fmt: skip


@pytest.mark.parametrize("compression", ["plain", "gz"])
@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_read_now_is_as_if_it_had_always_been(shape: str, compression: str, desk: Desk) -> None:
    older, data = SHAPES[shape]
    path = desk.put("log", data, compression)
    before = ingest_older(older, desk, path)
    result = retry_all(desk)
    assert (result.retried.read > 0, result.retried.not_there) == (True, 0)
    assert result.retried.records == before.ledger.quarantined - sum(n for _, n, *_ in held(desk.db))
    assert_as_new(desk, path)
    assert_same(desk)
    before_rows = dump(desk.db)
    desk.ingest(path)
    assert dump(desk.db) == before_rows


@settings(max_examples=40, deadline=None)
@given(worlds, st.integers(0, 2**32))
def test_any_world(world: list[dict[str, Any]], seed: int) -> None:
    """Wrapped, torn or refused here and there, in several files, in batches of any size."""
    chance = random.Random(seed)
    made = []
    for line in lines_of(world, chance):
        line = line.replace(b"\n", b" ").replace(b"\r", b" ")
        made.append(chance.choice((line, line, b'{"_source":' + line + b"}", HALF + line, b"bad", b"{}")))
    older = chance.choice((no_wrappers, no_salvage, refusing(b"cowrie.command"), refusing(b"a", "depth")))
    with desks() as desk:
        path = desk.put("log", b"\n".join(made) + b"\n", chance.choice(("plain", "gz")))
        ingest_older(older, desk, path, block_bytes=chance.choice((300, 1 << 20)))
        retry_all(desk)
        assert_as_new(desk, path)
        assert_same(desk)


def test_what_follows_a_row_that_became_whole_is_read_with_it(desk: Desk) -> None:
    """Without the file: what stands behind an object that is whole now cannot be the inside of it."""
    path = desk.put("log", lines(A, event("r", word="refused"), b"1 2", event("r", 1, word="refused")))
    ingest_older(refusing(b"refused", "depth"), desk, path)
    Path(path).unlink()
    told = retry_all(desk).retried
    assert (told.rows, told.read, told.kept, told.not_there) == (3, 2, 1, 0)
    with reading(desk.db) as connection:
        assert connection.execute("SELECT reason FROM quarantine").fetchall() == [("no_time",)]
    assert_same(desk)


BECOMES: dict[str, tuple[Older, Any, Any, list[str]]] = {
    "an event": (refusing(b"refused"), event("r", word="refused"), event("r", 1, word="refused"), ["a", "r"]),
    "a value that is no event": (refusing(b"refused"), {"x": "refused"}, event("r", word="refused"), ["a", "r"]),
    "half an object and an event": (no_salvage, HALF + B, b"x " + C + b" y", ["a", "b", "c"]),
    "an event and half an object": (no_salvage, HALF + B + HALF, b"x " + C + b" y", ["a", "b"]),
}


@pytest.mark.parametrize("shape", BECOMES)
def test_what_follows_a_row_is_told_by_what_the_row_became(shape: str, desk: Desk) -> None:
    """Without the file: only behind what is half an object now could it be the inside of one."""
    older, first, second, expected = BECOMES[shape]
    path = desk.put("log", lines(A, first, second))
    ingest_older(older, desk, path, block_bytes=64)  # a row a line
    gone(path)
    retry_all(desk)
    assert [told["session_id"] for told in sessions(desk)] == expected
    assert_same(desk)


@pytest.mark.parametrize("element", [{}, unnamed(n=1)], ids=["as bad as before", "an event now"])
def test_elements_that_are_bad_in_several_ways_lie_in_one_object(element: Any, desk: Desk) -> None:
    """Each of their rows holds all of it; without the file it is read once all the same."""
    mixed = {KEY: [element, {"timestamp": "2024-05-01T00:00:00Z"}, {}]}
    path = desk.put("log", lines(A, mixed, b"x", B))
    ingest_older(no_elements(1), desk, path)
    gone(path)
    retry_all(desk)
    desk.put("log", lines(A, mixed, b"x", B))
    assert_as_new(desk, path)
    gone(path)
    assert_same(desk)


@settings(max_examples=40, deadline=None)
@given(st.lists(logs(), min_size=1, max_size=3), st.integers(0, 2**32))
def test_any_logs(data: list[bytes], seed: int) -> None:
    """Whatever they hold: everything agrees, and a second time changes nothing."""
    chance = random.Random(seed)
    older = chance.choice((no_wrappers, no_salvage, refusing(b"cowrie"), refusing(b"a", "depth"), small_objects))
    with desks() as desk:
        paths = [desk.put(f"{i}.log", log, "plain" if i % 2 == 0 else "gz") for i, log in enumerate(data)]
        ingest_older(older, desk, *paths, block_bytes=chance.choice((64, 1 << 20)))
        if chance.random() < 0.3:
            Path(paths[0]).unlink()
        retry_all(desk)
        assert_same(desk)


# --- where the bytes are ---------------------------------------------------------------------------------------------


def gone(path: str) -> None:
    Path(path).unlink()


def other(path: str) -> None:
    """Something else under the same name, of the same length."""
    Path(path).write_bytes(b"z" * Path(path).stat().st_size)


@pytest.mark.parametrize("lost", [gone, other], ids=["gone", "changed"])
@pytest.mark.parametrize("compression", ["plain", "gz"])
def test_what_the_database_kept_is_enough(compression: str, lost: Callable[[str], None], desk: Desk) -> None:
    """But not of what is long, and not of several records in one row."""
    long, several = J({"_source": event("l", x="x" * 5000)}), [J({"_source": event(f"s{i}")}) for i in range(2)]
    path = desk.put("log", lines(A, WRAPPED[0], B, long, C, *several, B, WRAPPED[1]), compression)
    ingest_older(no_wrappers, desk, path)
    data = Path(path).read_bytes()
    lost(path)
    result = retry_all(desk)
    assert (result.retried.read, result.retried.kept, result.retried.not_there) == (2, 0, 2)
    assert {told["session_id"] for told in sessions(desk)} == {"a", "b", "c"}
    again = retry_all(desk)
    assert (again.retried.rows, again.retried.not_there) == (2, 2)
    Path(path).write_bytes(data)
    result = retry_all(desk)
    assert (result.retried.read, result.retried.not_there) == (2, 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(desk.folder)
        assert content(desk.db) == fresh_content(desk, path)


def sessions(desk: Desk) -> list[dict[str, Any]]:
    with reading(desk.db) as connection:
        rows = connection.execute("SELECT session_id, event_count, started_us FROM session_metrics ORDER BY 1, 3")
        return [dict(zip(("session_id", "event_count", "started_us"), row, strict=True)) for row in rows]


def fresh_content(desk: Desk, *paths: str) -> Any:
    with desks() as fresh:
        ingest(paths, db=fresh.db)
        return content(fresh.db)


def test_a_file_that_has_grown_is_still_the_same(desk: Desk) -> None:
    """What is new in it is not read without being asked for."""
    data = lines(A, *WRAPPED[:3], B)
    path = desk.put("log", data)
    ingest_older(no_wrappers, desk, path)
    desk.put("log", data + lines(C))
    result = retry_all(desk)
    assert (result.retried.read, result.ledger.events) == (1, 3)
    assert {told["session_id"] for told in sessions(desk)} == {"a", "b"}
    desk.ingest(path)
    assert_as_new(desk, path)


def test_a_place_that_holds_other_bytes_than_were_kept(desk: Desk) -> None:
    """In the middle of a file, where nothing else would tell."""
    filler = lines(*(event("f", i, x="y" * 500) for i in range(200)))
    long = J({"_source": event("l", x="x" * 5000)})
    path = desk.put("log", filler + lines(long) + filler)
    ingest_older(no_wrappers, desk, path)
    data = Path(path).read_bytes()
    Path(path).write_bytes(data.replace(b'"_source"', b'"_sOurce"'))
    assert assert_same(desk).retried.not_there == 1


def test_standard_input_is_not_there(desk: Desk) -> None:
    path = desk.put("log", lines(A, *WRAPPED[:3], B, WRAPPED[3]))
    ingest_older(no_wrappers, desk, path)
    with changing(desk.db) as connection:
        connection.execute("UPDATE source SET path = '-', inode = 0, device = 0")
    result = retry_all(desk)
    assert (result.retried.read, result.retried.not_there) == (1, 1)


def test_bad_lines_after_one_that_may_have_begun_an_object(desk: Desk) -> None:
    """Without the file, it cannot be told whether they are inside it."""
    path = desk.put("log", lines(A, {"x": 1}, b'{"x":', event("r", word="refused"), B))
    ingest_older(refusing(b"refused"), desk, path)
    gone(path)
    result = retry_all(desk)
    assert (result.retried.rows, result.retried.read) == (3, 0)


# --- out of place ----------------------------------------------------------------------------------------------------


def test_nothing_of_a_text_log_becomes_an_event(desk: Desk) -> None:
    """Behind the header of an entry, or after a tab, an attacker may have typed it."""
    entry = b"2024-05-01T00:00:00+0000 [x] CMD: "
    data = lines(A, entry + B + WRAPPED[0], b"\t" + WRAPPED[1], B, C + b" " + WRAPPED[2], b"\t" + WRAPPED[3])
    path = desk.put("log", data)
    ingest_older(no_wrappers, desk, path)
    before = {told["session_id"]: told["event_count"] for told in sessions(desk)}
    result = retry_all(desk)
    assert result.retried.read <= 1
    after = {told["session_id"]: told["event_count"] for told in sessions(desk)}
    assert after == {**before, "a": before["a"] + result.ledger.events}
    gone(path)
    assert_same(desk)


def test_nothing_of_a_text_log_without_its_file(desk: Desk) -> None:
    entry = b"2024-05-01T00:00:00+0000 [x] CMD: "
    path = desk.put("log", lines(A, entry + B + WRAPPED[0], C, WRAPPED[1], B))
    ingest_older(no_wrappers, desk, path)
    gone(path)
    retried = assert_same(desk).retried
    assert (retried.kept, retried.not_there) == (1, 1)  # the entry reads the same; what follows it cannot be told


@pytest.mark.parametrize(
    ("line", "data", "means_the_same"),
    [
        (b"", b"{}", True),
        (b"{", b"{}", True),
        (b"", b"\t{}", False),
        (b"\t", b"{}", False),
        (b"2024-05-01", b"{}", False),
    ],
)
def test_what_a_line_may_begin_with(line: bytes, data: bytes, means_the_same: bool) -> None:
    assert Found(line, data).in_context == means_the_same


def test_the_end_of_a_source_is_left(desk: Desk) -> None:
    path = desk.put("log", lines(A) + HALF + B, "gz")
    with without(RecordReader, "_salvage", lambda *_: -1):
        desk.ingest(path)
    assert [reason for *_, reason, _ in held(desk.db)] == ["unterminated"]
    assert assert_same(desk).retried.kept == 1


def test_other_reasons_are_told_anew(desk: Desk) -> None:
    path = desk.put("log", lines(A, {"eventid": "x"}, B, {"timestamp": "2024-05-01T00:00:00Z"}))
    real = records.EventBatch.count_bad
    assert real
    with without(RecordReader, "_records_of", _all_json):
        desk.ingest(path)
    assert {reason for *_, reason, _ in held(desk.db)} == {"json"}
    result = retry_all(desk)
    assert (result.retried.read, result.retried.kept, result.retried.records) == (0, 2, 0)
    assert_as_new(desk, path)
    assert_same(desk)


def _all_json(self: RecordReader, batch: Any, at: int, end: int) -> None:
    batch.count_bad(at, end - at, "json", batch.block[at:end])


# --- what was no log -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compression", ["plain", "gz"])
@pytest.mark.parametrize("end", [b"", b'{"eventid'], ids=["whole", "half a line"])
def test_what_was_no_log_is_read_anew(compression: str, end: bytes, desk: Desk) -> None:
    path = desk.put("log", lines(*WRAPPED, b"x", b"", LISTED, b"y", b"1 2", LISTED) + end, compression)
    result = ingest_older(no_wrappers, desk, path)
    assert result.sources["alien"] == 1
    result = retry_all(desk)
    assert (result.retried.read, result.retried.not_there, result.ledger.events) == (result.retried.rows, 0, 10)
    assert result.ledger.duplicates == 4
    assert_as_new(desk, path)
    assert_same(desk)
    desk.assert_nothing_new(path)


def test_what_was_no_log_and_is_not_there(desk: Desk) -> None:
    path = desk.put("log", lines(*WRAPPED))
    ingest_older(no_wrappers, desk, path)
    gone(path)
    assert assert_same(desk).retried.not_there == 1


def test_what_is_no_log_stays_none(desk: Desk) -> None:
    """Even if it has grown by events that were not read yet."""
    path = desk.put("log", lines(b"x", b"1"))
    ingest_older(no_wrappers, desk, path)
    desk.put("log", lines(b"x", b"1", A))
    assert assert_same(desk).retried.kept == 2


@pytest.mark.parametrize("block_bytes", [60, 1 << 20])
def test_what_was_no_log_and_has_grown(block_bytes: int, desk: Desk) -> None:
    """The new version has read its end already; only places of what was bad before were kept."""
    data = lines(*WRAPPED[:2], b"x", b"", LISTED, b"1", b"", WRAPPED[3])
    path = desk.put("log", data)
    ingest_older(no_wrappers, desk, path, block_bytes=block_bytes)
    desk.ingest(desk.put("log", data + lines(WRAPPED[4], b"y", A)), block_bytes=block_bytes)
    result = retry_all(desk)
    assert result.ledger.events == 7
    assert_as_new(desk, path)
    assert_same(desk)


def test_what_was_no_log_and_waits_for_its_end(desk: Desk) -> None:
    """What waits says that the line before is torn."""
    path = desk.put("log", lines(HALF + B, HALF))
    ingest_older(no_salvage, desk, path)
    assert retry_all(desk).ledger.events == 1
    assert_as_new(desk, path)


def test_one_that_is_read_in_the_same_run_is_a_log_in_the_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was said of it is not told any more."""
    path = desk.put("log", lines(*WRAPPED))
    ingest_older(no_wrappers, desk, path)
    result = retry_all(desk, path)
    assert (result.sources["alien"], result.sources["read"], result.problems) == (0, 1, [])
    assert_as_new(desk, path)


def test_one_that_begins_with_the_end_of_an_event(desk: Desk) -> None:
    """That end stays where it is."""
    first = desk.put("cowrie.json.2024-05-01", lines(A) + CUT[:40])
    second = desk.put("cowrie.json.2024-05-02", CUT[40:] + b"\n" + lines(*WRAPPED))
    with desks() as fresh:
        ingest([first, second], db=fresh.db)
        expected, books = content(fresh.db), ledgers(fresh.db)
    ingest_older(no_wrappers, desk, first, second)
    with reading(desk.db) as connection:
        assert connection.execute("SELECT state, lead_bytes FROM source").fetchall()[1] == ("alien", len(CUT) - 40)
    retry_all(desk)
    assert content(desk.db) == expected
    assert {os.path.basename(name): told for name, told in books.items()} == ledgers(desk.db)
    assert_same(desk)
    desk.assert_nothing_new(first, second)


# --- with what is there already --------------------------------------------------------------------------------------


def test_events_that_came_from_elsewhere_meanwhile_are_copies(desk: Desk) -> None:
    path = desk.put("log", lines(A, WRAPPED[0], B, WRAPPED[1], C, HALF, WRAPPED[2], B))
    ingest_older(no_wrappers, desk, path)
    desk.ingest(desk.put("other", lines(event("a", 0, n=0), event("a", 2, n=2), C)))
    before = content(desk.db)
    result = retry_all(desk)
    assert (result.ledger.events, result.ledger.duplicates, result.ledger.quarantined) == (1, 2, -3)
    assert content(desk.db) != before
    assert content(desk.db) == fresh_content(desk, path, str(desk.folder / "other"))
    assert_same(desk)


def test_sessions_that_an_event_joins(desk: Desk) -> None:
    """A day of silence before it, and one after it, were two sessions."""
    told = [event("a", hours * HOUR, n=hours) for hours in (0, 20, 40, 60, 100)]
    path = desk.put("log", lines(told[0], told[1], J({"_source": told[2]}), told[3], J({"_source": told[4]})))
    ingest_older(no_elements(40, 100), desk, path)
    assert len(sessions(desk)) == 2
    assert retry_all(desk).sessions == {"total": 2, "new": 1, "updated": 1}
    assert [(one["event_count"]) for one in sessions(desk)] == [4, 1]
    assert_as_new(desk, path)


def test_options_of_the_run_and_the_sensor_of_the_source(desk: Desk) -> None:
    path = desk.put("log", lines(A, {"_source": {"timestamp": "2024-05-01T12:00:00", "eventid": "x", "mine": "m"}}, B))
    ingest_older(no_wrappers, desk, path, sensor="here")
    mine = Registry([UserMatcher(100, "mine", lambda fields: fields.get("mine"))])
    ingest([], db=desk.db, retry_quarantine=True, sensor="there", assume_utc_offset_minutes=120, matchers=mine)
    check(desk)
    with reading(desk.db) as connection:
        (row,) = connection.execute("SELECT sensor, started_us, matcher FROM session_metrics WHERE session_id = 'm'")
    assert row == ("here", 1_714_557_600_000_000, "mine")


def test_a_matcher_that_fails_says_where(desk: Desk) -> None:
    path = desk.put("log", lines(A, {"_source": unnamed()}, B))
    ingest_older(no_wrappers, desk, path)
    before = dump(desk.db)
    mine = Registry([UserMatcher(100, "mine", lambda fields: fields["mine"])])
    with pytest.raises(MatcherFailed) as failed:
        ingest([], db=desk.db, retry_quarantine=True, matchers=mine)
    assert failed.value.where == f"{path}, record 2, in quarantine"
    assert dump(desk.db) == before


# --- much of it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 500])
def test_in_many_transactions(limit: int, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that become more move the numbers of all that follow."""
    monkeypatch.setattr(retry, "_AT_ONCE", limit)
    monkeypatch.setattr(renumber, "_AT_ONCE", 2)
    told = [HALF + J(event(f"s{i}", i)) if i % 3 else J(event(f"s{i}", i)) for i in range(60)]
    told[30:30] = [b"x", LISTED, b"y", HALF]
    path = desk.put("log", lines(*told, A))
    ingest_older(no_salvage, desk, path, block_bytes=300)
    result = retry_all(desk)
    assert (result.ledger.events, result.ledger.lines) == (40, 40)
    assert_as_new(desk, path)
    assert_same(desk)


def test_units_have_a_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is longer is read in parts; a row that is longer is left."""
    monkeypatch.setattr(retry, "UNIT_BYTES", 4000)
    monkeypatch.setattr(retry_units, "UNIT_BYTES", 4000)
    path = desk.put("log", lines(A, *(J({"_source": event(f"s{i}", x="y" * 50)}) for i in range(99)), B, LONG, C))
    with no_wrappers(), refusing(b"x" * 99)():
        desk.ingest(path, fast=False, block_bytes=1000)
    result = retry_all(desk)
    assert (result.retried.kept, result.ledger.events) == (1, 99)
    assert {told["session_id"] for told in sessions(desk)} == {"a", "b", "c", *(f"s{i}" for i in range(99))}
    assert_same(desk)


@pytest.mark.parametrize("shape", ["a list, which is more records", "alien"])
def test_an_error_anywhere_leaves_nothing_half_done(shape: str, desk: Desk) -> None:
    """What failed is as if it had not been tried."""
    older, data = (no_wrappers, lines(*WRAPPED, LISTED)) if shape == "alien" else SHAPES[shape]
    path = desk.put("log", data)
    ingest_older(older, desk, path)
    before = dump(desk.db)
    for failures in range(1000):
        countdown = 1 + failures

        def failing(name: str) -> str:
            nonlocal countdown
            countdown -= 1
            if countdown == 0:
                raise RuntimeError(name)
            return queries.sql(name)

        with pytest.MonkeyPatch.context() as patch:
            for module in (writer, storing, stored, retry, renumber):
                patch.setattr(module, "sql", failing)
            try:
                ingest([], db=desk.db, retry_quarantine=True)
            except RuntimeError as error:
                if str(error) == "store/count_sessions":  # all is committed
                    break
                assert dump(desk.db) == before
            else:
                break
    assert failures > 10
    assert_as_new(desk, path)
    check(desk)


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command(desk: Desk, capsys: Any) -> None:
    path = desk.put("log", lines(A, WRAPPED[0], B, b"x", C, *WRAPPED[1:3]))
    ingest_older(no_wrappers, desk, path)
    gone(path)
    code, out, err = outcome(capsys, "ingest", "--retry-quarantine", "--db", desk.db)
    assert (code, out) == (0, "")
    assert err.startswith(
        "0 records: 1 event in 3 sessions (0 new), 3 rows of the quarantine retried (1 read, 1 kept, 1 not there) in "
    )
    code, out, _ = outcome(capsys, "ingest", "--retry-quarantine", "--db", desk.db, "--format", "json")
    told = json.loads(out)
    assert (code, told["retried"]) == (0, {"records": 0, "rows": 2, "read": 0, "kept": 1, "not_there": 1})
    assert set(told["ledger"].values()) == {0}
    path = desk.put("log", lines(A, b"y"))
    code, _, err = outcome(capsys, "ingest", path, "--retry-quarantine", "--strict", "--db", desk.db)
    assert code == 3
    assert "1 record was quarantined" in err


def test_strict_asks_for_what_is_new(desk: Desk, capsys: Any) -> None:
    """It is no fault that something stays in quarantine, nor a merit that something leaves it."""
    path = desk.put("log", lines(A, WRAPPED[0], B, b"x"))
    ingest_older(no_wrappers, desk, path)
    assert outcome(capsys, "ingest", "--retry-quarantine", "--strict", "--db", desk.db)[0] == 0
    assert outcome(capsys, "ingest", path, "--retry-quarantine", "--strict", "--db", desk.db)[0] == 0


def test_nothing_to_retry(desk: Desk, capsys: Any) -> None:
    code, _, err = outcome(capsys, "ingest", "--retry-quarantine", "--db", desk.db)
    assert code == 6
    assert "there is no database yet" in err
    assert os.listdir(desk.folder) == [f"{Path(desk.db).name}.status.json"]  # which says so to whoever watches
    path = desk.put("log", lines(A))
    assert outcome(capsys, "ingest", path, "--db", desk.db)[0] == 0
    before = dump(desk.db)
    code, _, err = outcome(capsys, "ingest", "--retry-quarantine", "--db", desk.db)
    assert (code, err.count("\n")) == (0, 1)
    assert dump(desk.db) == before
    assert outcome(capsys, "ingest", str(desk.folder / "none"), "--retry-quarantine", "--db", desk.db)[0] == 6


def test_with_paths_the_logs_come_first(desk: Desk, capsys: Any) -> None:
    first = desk.put("first", lines(A, WRAPPED[0], B))
    ingest_older(no_wrappers, desk, first)
    second = desk.put("second", lines(C, b"x", event("a", 0, n=0)))
    code, out, _ = outcome(capsys, "ingest", second, "--retry-quarantine", "--db", desk.db, "--format", "json")
    told = json.loads(out)
    assert code == 0
    assert told["ledger"] == {
        "lines": 3, "events": 2, "duplicates": 1, "sessionless": 0, "quarantined": 0, "blank": 0,
    }  # fmt: skip
    assert told["retried"] == {"records": 1, "rows": 2, "read": 1, "kept": 1, "not_there": 0}


def test_a_signal_ends_it_between_sources(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [desk.put(name, lines(A, WRAPPED[i], B)) for i, name in enumerate(("1", "2"))]
    ingest_older(no_wrappers, desk, *paths)
    real = retry.Retry._write

    def write(self: Any, *arguments: Any) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        return real(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retry.Retry, "_write", write)
        result = ingest([], db=desk.db, retry_quarantine=True)
    assert (result.stopped_by, result.retried.rows, result.ledger.events) == (signal.SIGTERM, 1, 1)
    check(desk)
    assert retry_all(desk).ledger.events == 1


def test_help_says_what_it_does(capsys: Any) -> None:
    _, out, _ = outcome(capsys, "ingest", "--help")
    assert "--retry-quarantine" in out
    assert "without PATH, do only that" in " ".join(out.split())
