"""The recount against cases by hand, and against logs that attackers produced."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma
import random
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import pytest
import strategies
from cases import CASES, HALVES, OLD, A, B, Case, at, event, lines, unnamed, us
from hypothesis import given, settings
from hypothesis import strategies as st

from sesscore import recount_records
from sesscore.recount import Ledger, Recount, SourceBytes, fingerprint, read_source, recount
from sesscore.recount_events import timestamp_us
from sesscore.recount_names import neighbours, place

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
    assert [name for name, times in Counter(case.name for case in [*CASES, *HALVES]).items() if times > 1] == []


@pytest.mark.parametrize("case", [*CASES, *HALVES], ids=lambda case: case.name)
def test_case(case: Case) -> None:
    result = count(case)
    ledgers = {name: {key: getattr(ledger, key) for key in LEDGER} for name, ledger in result.ledgers.items()}
    assert ledgers == case.ledgers
    assert found(result, case.sessions) == case.sessions
    for ledger in result.ledgers.values():
        assert ledger.balanced
        assert ledger.pending == (ledger.pending_offset is not None)


@pytest.mark.parametrize("case", [*CASES, *HALVES], ids=lambda case: case.name)
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
            SourceBytes("text", lines(OLD + A), True),
            SourceBytes("0", b"\n", True),
        ]
    )
    alien = {name: ledger.alien for name, ledger in result.ledgers.items()}
    assert alien == {"csv": True, "log": False, "text": True, "0": False}


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


@pytest.mark.parametrize("case", [*CASES, *HALVES], ids=lambda case: case.name)
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


# --- halves --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", HALVES, ids=lambda case: case.name)
def test_halves_in_any_order(case: Case) -> None:
    """The order has a say in which of two copies is the event, and in nothing else."""
    expected = count(case)
    for order in permutations(case.sources) if len(case.sources) < 4 else ():
        result = count(replace(case, sources=list(order)))
        assert result.sessions == expected.sessions
        assert {name: fates(ledger) for name, ledger in result.ledgers.items()} == {
            name: fates(ledger) for name, ledger in expected.ledgers.items()
        }


def fates(ledger: Ledger) -> tuple[Any, ...]:
    assert ledger.balanced
    known = ledger.events + ledger.duplicates
    return known, ledger.sessionless, ledger.blank, ledger.reasons, ledger.pending_offset


@pytest.mark.parametrize(
    ("name", "stem", "dated", "number"),
    [
        ("cowrie.json", "cowrie.json", None, None),
        ("cowrie.json.gz", "cowrie.json", None, None),
        ("cowrie.json.2024-05-01.xz", "cowrie.json", date(2024, 5, 1), None),
        ("cowrie.json_20240501", "cowrie.json", date(2024, 5, 1), None),
        ("cowrie.json-2024_5_1", "cowrie.json", date(2024, 5, 1), None),
        ("cowrie.json.2024_05_01", "cowrie.json", date(2024, 5, 1), None),
        ("cowrie20240501.json", "cowrie.json", date(2024, 5, 1), None),
        ("2024-05-01.json.bz2", ".json", date(2024, 5, 1), None),
        ("a.2024-05-01.2024-06-01.1", "a.2024-05-01.1", date(2024, 6, 1), None),
        ("a.2024-05-01.2024-06-31", "a.2024-06-31", date(2024, 5, 1), None),
        ("a.2024-02-29", "a", date(2024, 2, 29), None),
        ("a.2023-02-29", "a.2023-02-29", None, None),
        ("a.1714521600", "a.1714521600", None, None),
        ("a.99999999", "a.99999999", None, None),
        ("a.2024-05-011", "a.2024-05-011", None, None),
        ("a.12024-05-01", "a.12024-05-01", None, None),
        ("a.0000-05-01", "a.0000-05-01", None, None),
        ("a.2024-5-1", "a.2024-5-1", None, None),
        ("a.\u0662\u0660\u0662\u0664-05-01", "a.\u0662\u0660\u0662\u0664-05-01", None, None),
        ("a.1.gz", "a", None, 1),
        ("a.0012", "a", None, 12),
        ("a.10000", "a.10000", None, None),
        ("a.1.json", "a.1.json", None, None),
        ("a-1", "a-1", None, None),
        ("a.1.GZ", "a.1.GZ", None, None),
        ("a.2024-05-01.gz.gz", "a.gz", date(2024, 5, 1), None),
    ],
)
def test_place(name: str, stem: str, dated: date | None, number: int | None) -> None:
    found = place(f"folder/{name}")
    assert (found.stem[1], found.dated, found.number) == (stem, dated, number)
    assert found == place(f"folder/./{name}") != place(name)


def test_neighbours() -> None:
    names = ["x.1", "x.3.gz", "x.3", "x.20", "x", "x.gz", "x.2024-05-01", "x.20240501.gz", "x-2023-12-31"]
    names += ["y.1", "y.2", "z.2024-05-01", "z.1"]
    assert sorted(neighbours(names)) == [
        (["x-2023-12-31"], ["x.2024-05-01", "x.20240501.gz"]),
        (["x.1"], ["x", "x.gz"]),
        (["x.20"], ["x.3", "x.3.gz"]),
        (["x.2024-05-01", "x.20240501.gz"], ["x", "x.gz"]),
        (["x.3", "x.3.gz"], ["x.1"]),
        (["y.2"], ["y.1"]),
    ]


@pytest.mark.parametrize("first", [bytes, gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("second", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_halves_in_files(first: Any, second: Any, tmp_path: Path) -> None:
    log = lines(event("a"), event("b", 1), event("c", 2))
    whole = recount([SourceBytes("log", log, True)])
    names = [str(tmp_path / f"log.2024-05-0{day}") for day in (1, 2)]
    Path(names[0]).write_bytes(first(log[:120]))
    Path(names[1]).write_bytes(second(log[120:]))
    for order in (names, names[::-1]):
        result = recount(map(read_source, order))
        assert result.sessions == whole.sessions
        assert not any(ledger.quarantined or ledger.pending for ledger in result.ledgers.values())


def cut_at(data: bytes, cut: int, growable: tuple[bool, bool]) -> list[SourceBytes]:
    parts = (data[:cut], data[cut:])
    return [SourceBytes(f"log.2024-05-0{1 + day}", parts[day], growable[day]) for day in (0, 1)]


UNWRAPPED = strategies.worlds.map(lambda world: [told for told in world if "eventid" in told])


@settings(max_examples=150, deadline=None)
@given(UNWRAPPED, st.integers(0, 2**32), st.sampled_from((b"\n", b"\r\n")), st.booleans(), st.booleans())
def test_a_log_that_is_cut_anywhere(
    world: list[dict[str, Any]], seed: int, newline: bytes, first: bool, second: bool
) -> None:
    """In two dated files, one event a line, it holds what it held in one."""
    chance = random.Random(seed)
    log = b"".join(line + newline for line in strategies.lines(world, chance))
    whole = recount([SourceBytes("log", log, True)])
    for cut in {0, len(log), *(chance.randint(0, len(log)) for _ in range(20))}:
        parts = cut_at(log, cut, (first, second))
        for order in (parts, parts[::-1]):
            assert_same(recount(order), whole)


@settings(max_examples=50, deadline=None)
@given(UNWRAPPED, st.integers(0, 2**32))
def test_a_pretty_log_that_is_cut_anywhere(world: list[dict[str, Any]], seed: int) -> None:
    chance = random.Random(seed)
    log = b"".join(json.dumps(json.loads(line), indent=1).encode() + b"\n" for line in strategies.lines(world, chance))
    whole = recount([SourceBytes("log", log, True)])
    for cut in {chance.randint(0, len(log)) for _ in range(20)}:
        parts = cut_at(log, cut, (True, chance.random() < 0.5))
        for order in (parts, parts[::-1]):
            assert_same(recount(order), whole)


def assert_same(parted: Recount, whole: Recount) -> None:
    """The same sessions of the same number of records, but for line ends that became blank lines."""
    assert parted.sessions == whole.sessions
    told = [sum(getattr(ledger, name) for ledger in parted.ledgers.values()) for name in LEDGER[1:5]]
    assert told == [getattr(whole.ledgers["log"], name) for name in LEDGER[1:5]]
    for ledger in parted.ledgers.values():
        assert ledger.balanced
        assert not ledger.pending


@settings(max_examples=150, deadline=None)
@given(strategies.logs() | strategies.worlds.map(lambda world: b"\n".join(strategies.lines(world))), st.data())
def test_any_log_in_numbered_files(data: bytes, draw: st.DataObject) -> None:
    """Whatever it holds and wherever it is cut, the order has no say, and every record has one place."""
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), min_size=1, max_size=3)))
    parts = [data[begin:end] for begin, end in pairwise([0, *cuts, len(data)])]
    sources = [SourceBytes(f"log.{i}", part, draw.draw(st.booleans())) for i, part in enumerate(reversed(parts))]
    expected = recount(sources)
    other = recount(draw.draw(st.permutations(sources)))
    assert other.sessions == expected.sessions
    assert {name: fates(ledger) for name, ledger in other.ledgers.items()} == {
        name: fates(ledger) for name, ledger in expected.ledgers.items()
    }


# --- a user's own matchers -----------------------------------------------------------------------------------------


def ask(fields: dict[str, Any], *matchers: Any) -> tuple[str, str, str] | None:
    """Session id, matcher and match type of an event that the built-in matchers cannot name, or can."""
    told = {"eventid": "cowrie.session.params", "timestamp": at(), **fields}
    result = recount([SourceBytes("log", lines(told), True)], matchers=matchers)
    if not result.sessions:
        assert result.ledgers["log"].sessionless == 1
        return None
    [session] = result.sessions
    return session.session_id, session.matcher, session.match_type


def test_a_matcher_is_asked_after_the_built_in_ones() -> None:
    mine = (100, "mine", lambda fields: fields.get("uuid"))
    assert ask({"uuid": "u"}, mine) == ("u", "mine", "event_session")
    assert ask({"uuid": "u", "session": "s"}, mine) == ("s", "session", "session_id_only")
    assert ask({"uuid": "u", "message": "[session: m]"}, mine) == ("m", "message", "event_session")
    assert ask({}, mine) is None
    assert ask({"uuid": "u"}) is None


def test_matchers_are_asked_in_order_of_priority() -> None:
    matchers = [
        (200, "last", lambda fields: "z"),
        (101, "second", lambda fields: "y"),
        (100, "first", lambda fields: ""),
    ]
    assert ask({}, *matchers) == ("y", "second", "event_session")
    assert ask({}, *matchers[:1]) == ("z", "last", "event_session")


@pytest.mark.parametrize(
    ("returned", "taken"),
    [("a b", "a b"), (7, "7"), (-(10**30), "-1" + "0" * 30), (0, "0"), ("\ud800", "\ufffd")]
    + [(nothing, None) for nothing in (None, "", True, False, 1.0, b"x", ["x"], {"x": 1}, object())],
)
def test_what_a_matcher_may_return(returned: Any, taken: str | None) -> None:
    named = ask({}, (100, "mine", lambda fields: returned))
    assert named == (None if taken is None else (taken, "mine", "event_session"))


def test_what_a_matcher_is_given() -> None:
    given_fields: list[dict[str, Any]] = []

    def look(fields: dict[str, Any]) -> str:
        given_fields.append(json.loads(json.dumps(fields)))
        fields.clear()
        return "x"

    line = lines({**event(None), "sensor": "s", "x": [1, 1.5, None, {"y": True}]})[:-2]
    line += b', "big": %s, "huge": [%s]}\n' % (b"9" * 30, b"9" * 5000)
    result = recount([SourceBytes("log", line, True)], matchers=[(100, "mine", look)])
    assert given_fields == [
        {**event(None), "sensor": "s", "x": [1, 1.5, None, {"y": True}], "big": int("9" * 30), "huge": ["9" * 5000]}
    ]
    assert [(session.sensor, session.session_id) for session in result.sessions] == [("s", "x")]


def test_a_session_keeps_its_best_matcher() -> None:
    mine = [(150, "weak", lambda fields: fields.get("weak")), (120, "strong", lambda fields: fields.get("strong"))]
    log = lines(
        unnamed(weak="a"), unnamed(1, strong="a"), unnamed(2, weak="b"), unnamed(3, strong="c"), unnamed(4, sid="c")
    )
    result = recount([SourceBytes("log", log, True)], matchers=mine)
    assert [(s.session_id, s.matcher) for s in result.sessions] == [("a", "strong"), ("b", "weak"), ("c", "sid")]


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
