"""The recount against cases by hand, and against logs that attackers produced."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from cases import CASES, A, B, Case, event, lines, us

from sesscore import recount_records
from sesscore.recount import Recount, SourceBytes, fingerprint, read_source, recount
from sesscore.recount_events import timestamp_us

DATA = Path(__file__).parents[2] / "shared" / "data"
LEDGER = ("lines", "events", "duplicates", "sessionless", "quarantined", "blank", "reasons", "pending_offset")
needs_data = pytest.mark.skipif(not (DATA / "truth.jsonl").exists(), reason="the real logs are not beside the project")


def count(case: Case) -> Recount:
    sources = [SourceBytes(*source) for source in case.sources]
    return recount(sources, sensor=case.sensor, assume_utc_offset_minutes=case.assume_utc_offset_minutes)


def found(result: Recount, expected: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sessions, in the columns that the case names."""
    columns = [*expected, *[{"session_id": None}] * len(result.sessions)]
    return [
        {column: getattr(session, column) for column in asked}
        for session, asked in zip(result.sessions, columns, strict=False)
    ]


# --- cases ---------------------------------------------------------------------------------------------------------


def test_cases_have_names_of_their_own() -> None:
    assert [name for name, times in Counter(case.name for case in CASES).items() if times > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    result = count(case)
    ledgers = {name: {key: getattr(ledger, key) for key in LEDGER} for name, ledger in result.ledgers.items()}
    assert ledgers == case.ledgers
    assert found(result, case.sessions) == case.sessions
    for ledger in result.ledgers.values():
        assert ledger.balanced
        assert ledger.pending == (ledger.pending_offset is not None)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_order_of_sources_and_lines_is_nothing(case: Case) -> None:
    """Whatever is read twice, in any order, gives the same sessions."""
    once = [SourceBytes(*source) for source in case.sources]
    again = [SourceBytes("again " + source.name, source.data, source.growable) for source in reversed(once)]
    options: dict[str, Any] = {"sensor": case.sensor, "assume_utc_offset_minutes": case.assume_utc_offset_minutes}
    assert recount([*again, *once], **options).sessions == count(case).sessions


def test_alien() -> None:
    result = recount(
        [
            SourceBytes("csv", b"a,b\n1,2\n", True),
            SourceBytes("log", lines(A, b"x"), True),
            SourceBytes("0", b"\n", True),
        ]
    )
    assert {name: ledger.alien for name, ledger in result.ledgers.items()} == {"csv": True, "log": False, "0": False}


def test_totals() -> None:
    result = recount([SourceBytes("log", lines(event("a"), event("b", 5, "x"), event("c", 5, "x"), b"?"), True)])
    assert result.eventids == {"cowrie.session.params": 1, "x": 2}
    assert (result.first_us, result.last_us) == (us(), us(5))
    nothing = recount([])
    assert (nothing.sessions, nothing.first_us, nothing.last_us) == ([], None, None)


def test_two_sources_of_one_name() -> None:
    with pytest.raises(ValueError, match="two sources"):
        recount([SourceBytes("log", b"", True), SourceBytes("log", b"", True)])


def test_waiting_goes_on_where_it_says() -> None:
    """Whatever the place where a source is cut, reading on from the offset gives what reading at once gives."""
    data = (
        lines(A, b"torn {" + B, [event("c"), event("d")], b'"x" 1', b'{"a": [1}')
        + json.dumps(event("e"), indent=1).encode()
    )
    whole = recount([SourceBytes("log", data, True)])
    for cut in range(len(data)):
        head = recount([SourceBytes("log", data[:cut], True)])
        offset = head.ledgers["log"].pending_offset
        rest = data[cut if offset is None else offset :]
        both = recount([SourceBytes("head", data[: len(data) - len(rest)], True), SourceBytes("rest", rest, True)])
        assert both.sessions == whole.sessions, cut
        assert sum(ledger.quarantined for ledger in both.ledgers.values()) == whole.ledgers["log"].quarantined, cut


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_short_way_changes_nothing(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ordinary lines, walked byte by byte like all others, give the same."""
    short = count(case)
    monkeypatch.setattr(recount_records, "_plain_line", lambda line: None)
    assert count(case) == short


def test_the_walk_agrees_with_json() -> None:
    """What is whole, wrong or unfinished, of many texts that were changed at random."""
    chance = random.Random(7)
    seed = rb'{"a\u00e9":[1,-2.5e+3,{},[],{"b":"\"x\\"}],"c":true,"d":null , "e" : false,"f":0}'
    decoder = json.JSONDecoder(parse_constant=refuse)
    for _ in range(20_000):
        text = bytearray(seed)
        for _ in range(chance.randrange(3)):
            text[chance.randrange(1, len(text))] = chance.choice(b'{}[]",:\\0123eE+-.tfnu \n\xff\x00')
        stop = object_stop(bytes(text))
        try:
            assert stop == decoder.raw_decode(text.decode("latin-1"))[1], text
        except json.JSONDecodeError:
            assert stop in ("json", "unfinished"), text
        if isinstance(stop, int):
            assert all(object_stop(bytes(text[:cut])) == "unfinished" for cut in range(1, stop)), text
        elif stop == "json":
            assert object_stop(bytes(text) + b"}") == "json", text


def object_stop(text: bytes) -> int | str:
    try:
        return recount_records.object_end(text, 0, len(text))
    except recount_records.Stop as stop:
        return stop.reason


def refuse(name: str) -> None:
    raise ValueError(name)


# --- the fingerprint -----------------------------------------------------------------------------------------------


def test_fingerprint_orders_equal_times() -> None:
    """Of two events of one microsecond, the one of the smaller fingerprint is first, whichever arrived first."""
    commands = [event(eventid="cowrie.command.input", input=str(i)) for i in range(20)]
    fields = [{"eventid": command["eventid"], "input": command["input"]} for command in commands]
    in_order = [f["input"] for f in sorted(fields, key=lambda f: fingerprint(us(), f))]
    random.Random(1).shuffle(commands)
    [session] = recount([SourceBytes("log", lines(*commands), True)]).sessions
    assert [activity.value for activity in session.activities] == in_order


def test_fingerprint_is_as_specified() -> None:
    mask, k1, k2, k3, k4 = 2**64 - 1, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F
    k0, k5, k6, k7 = 0x9E3779B97F4A7C15, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3, 0x589965CC75374CC3

    def mum(a: int, b: int) -> int:
        return (a * b >> 64) ^ (a * b & mask)

    def text(length: int, *words: int) -> int:
        h = k0 ^ length
        for word in words[:-1]:
            h = mum(h ^ word, k1)
        return mum(mum(h ^ words[-1], k2), k3)

    x = text(1, 0x78) ^ k2
    values: list[tuple[Any, int]] = [
        ("", mum(text(0, 0) ^ k1, k4)),
        ("abcdefgh", mum(text(8, int.from_bytes(b"abcdefgh", "little"), 0) ^ k1, k4)),
        ("\ud800", mum(text(3, 0x80A0ED) ^ k1, k4)),
        (-1, mum(mask ^ k2, k5)),
        (
            2**63,
            mum(
                text(19, int.from_bytes(b"92233720", "little"), int.from_bytes(b"36854775", "little"), 0x383038) ^ k3,
                k5,
            ),
        ),
        (1.0, mum(0x3FF0000000000000 ^ k4, k6)),
        (None, k5),
        (False, k6),
        (True, k7),
        ([None], mum((mum(k6 ^ k5, k2) + k1 & mask) ^ k7, k3)),
        ([], mum(k6 ^ k7, k3)),
        ({}, mum(k7, k4)),
        ({"x": None}, mum(mum(x, k5 ^ k3) ^ k7, k4)),
    ]
    for value, hashed in values:
        expected = mum((mum((-5 & mask) ^ k0, k1) + mum(x, hashed ^ k3)) & mask, k3) >> 16
        assert fingerprint(-5, {"x": value}) == expected, value


# --- reading files -------------------------------------------------------------------------------------------------

PLAIN = lines(*(event(f"{i:08x}", i) for i in range(3000)))


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_read_source(compress: Any, tmp_path: Path) -> None:
    packed = compress(PLAIN)
    path = tmp_path / "any name"
    path.write_bytes(packed + compress(b"") + b"\0\0\0\0" + compress(b"more"))
    assert read_source(path) == SourceBytes(str(path), PLAIN + b"more", False)
    path.write_bytes(packed[: len(packed) // 2])
    cut = read_source(path)
    assert PLAIN.startswith(cut.data)
    assert not cut.growable
    path.write_bytes(packed + compress(PLAIN)[: -len(packed) // 2] + b"garbage" * 99)
    damaged = read_source(path)
    assert damaged.data.startswith(PLAIN)
    assert not damaged.growable
    path.write_bytes(packed + b"garbage")
    assert read_source(path).data == PLAIN


def test_a_damaged_stream_gives_what_precedes_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    packed = gzip.compress(PLAIN, 1)
    path.write_bytes(packed[:-8] + b"\xff" * 8)  # a wrong check sum damages nothing before it
    assert read_source(path).data == PLAIN
    path.write_bytes(packed[: len(packed) // 2] + bytes(len(packed) // 2))
    assert len(read_source(path).data) > len(PLAIN) // 3


def test_read_source_plain(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(PLAIN)
    assert read_source(path) == SourceBytes(str(path), PLAIN, True)
    path.write_bytes(b"")
    assert read_source(path) == SourceBytes(str(path), b"", True)


# --- real logs -----------------------------------------------------------------------------------------------------


def real_files() -> list[Path]:
    return sorted(path for path in (DATA / "cowrie").rglob("*") if path.is_file())


def truths() -> dict[str, dict[str, Any]]:
    """What an independent program counted, by SHA-256 of the file."""
    if not (DATA / "truth.jsonl").exists():
        return {}
    told = map(json.loads, (DATA / "truth.jsonl").read_text().splitlines())
    return {truth["sha256"]: truth for truth in told}


@needs_data
@pytest.mark.parametrize("path", real_files(), ids=lambda path: "/".join(path.parts[-2:]))
def test_real_file(path: Path) -> None:
    truth = truths().get(hashlib.sha256(path.read_bytes()).hexdigest())
    if truth is None:
        pytest.skip("no truth is known of this file")
    result = recount([read_source(path)])
    [ledger] = result.ledgers.values()
    array = truth["events_after_nul_strip"] == 0  # the independent program gives only this for arrays
    assert ledger.events + ledger.duplicates == truth["events_plain" if array else "events_after_nul_strip"]
    assert len({session.session_id for session in result.sessions}) == truth["sessions"]
    assert result.last_us == timestamp_us(truth["tmax"])
    behind_nul = 0 if array else truth["events_after_nul_strip"] - truth["events_plain"]
    if not behind_nul:  # its times and event ids leave those out
        assert result.first_us == timestamp_us(truth["tmin"])
    missing = ledger.duplicates - behind_nul
    assert sum((Counter(truth["eventids"]) - result.eventids).values()) == max(missing, 0)
    assert sum((result.eventids - Counter(truth["eventids"])).values()) == max(-missing, 0)


@needs_data
def test_all_real_files() -> None:
    """Copies counted once, over all files together. Half a minute."""
    result = recount(map(read_source, real_files()))
    sessions = result.sessions
    assert len(sessions) == 84_228
    assert sum(result.eventids.values()) == 535_624
    assert sum(ledger.events for ledger in result.ledgers.values()) == 535_624
    assert sum(ledger.duplicates for ledger in result.ledgers.values()) == 12_735
    assert all(ledger.balanced for ledger in result.ledgers.values())
    assert Counter(s.match_type for s in sessions) == {"full_delimited": 83_805, "session_id_only": 423}
    assert sum(s.command_count for s in sessions) == 20_956
    assert sum(s.login_failed_count for s in sessions) == 55_126
    assert sum(s.login_success_count for s in sessions) == 29_748
    assert sum(s.download_count for s in sessions) == 1_279
    assert sum(s.upload_count for s in sessions) == 388
