"""Ingest against the recount: every session, ledger and roll-up, in every shape and order of the same events."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import apsw
import pytest
import transforms
from cases import CASES, CLOSED, CONNECT, HALVES, A, B, Case, event, lines, unnamed
from compare import Log, content, dump, expected_content, ledgers, reading
from desk import Desk, content_of, desks
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import lines as lines_of
from strategies import logs, timestamp, worlds
from transforms import COMPRESS

from sesscore import cadence, cli, known, stored, storing, writer
from sesscore.known import SourceRow
from sesscore.records import RecordReader
from sesscore.recount import SourceBytes, recount
from sesscore.store import open_for_writing
from sesscore.telemetry.run import Run

World = list[dict[str, Any]]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def in_lines(world: Sequence[dict[str, Any]], chance: random.Random | None = None) -> bytes:
    return transforms.in_lines(lines_of(world, chance))


def in_array(world: Sequence[dict[str, Any]], chance: random.Random | None = None) -> bytes:
    return transforms.in_array(lines_of(world, chance), random.Random(0))


def pretty(world: Sequence[dict[str, Any]]) -> bytes:
    return transforms.pretty(lines_of(world), random.Random(0))


# --- against the recount -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, desk: Desk) -> None:
    """Sessions, ledgers and all that follows from them; what cannot grow is a gzip file here."""
    options = {"sensor": case.sensor, "assume_utc_offset_minutes": case.assume_utc_offset_minutes}
    paths = [desk.put(name, data, "plain" if growable else "gz") for name, data, growable in case.sources]
    desk.ingest(*paths, **options)
    desk.assert_as_recounted(**options)
    desk.assert_nothing_new(*paths, **options)


@pytest.mark.parametrize("together", [True, False], ids=["together", "one by one"])
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
@pytest.mark.parametrize("case", HALVES, ids=lambda case: case.name)
def test_halves(case: Case, backwards: bool, together: bool, desk: Desk) -> None:
    """An event that two files hold is found whichever comes first, in one run or in two."""
    paths = [desk.put(name, data, "plain" if growable else "gz") for name, data, growable in case.sources]
    paths = paths[::-1] if backwards else paths
    for some in [paths] if together else [[path] for path in paths]:
        desk.ingest(*some, sensor=case.sensor)
    desk.assert_as_recounted(sensor=case.sensor, one_run=together)
    desk.assert_nothing_new(*paths, sensor=case.sensor)


@settings(max_examples=60, deadline=None)
@given(worlds, st.integers(0, 2**32))
def test_any_world(world: World, seed: int) -> None:
    """Some events twice, in any order, over several files of any shape, in several runs and batches of any size."""
    chance = random.Random(seed)
    told = [*world, *(copy for copy in world if chance.random() < 0.3)]
    chance.shuffle(told)
    count = chance.randint(1, 4)
    with desks() as desk:
        paths = [
            desk.put(
                f"log.{i}", chance.choice((in_lines, in_array))(told[i::count], chance), chance.choice(list(COMPRESS))
            )
            for i in range(count)
        ]
        runs = chance.randint(1, 3)
        block_bytes = chance.choice((60, 300, 1000, 1 << 20))
        for run in range(runs):
            if paths[run::runs]:
                desk.ingest(*paths[run::runs], block_bytes=block_bytes, fast=chance.random() < 0.7)
        desk.assert_as_recounted()
        desk.assert_nothing_new(*paths)


@settings(max_examples=30, deadline=None)
@given(st.lists(logs(), min_size=1, max_size=3), st.sampled_from(("given", "unknown")), st.sampled_from((0, 90)))
def test_any_logs(data: list[bytes], sensor: str, minutes: int) -> None:
    """Broken ones too, with the options that have a say in what is read."""
    options: dict[str, Any] = {"sensor": sensor, "assume_utc_offset_minutes": minutes}
    with desks() as desk:
        paths = [desk.put(f"log.{i}", log, "plain" if i % 2 else "gz") for i, log in enumerate(data)]
        desk.ingest(*paths, **options)
        desk.assert_as_recounted(**options)
        desk.assert_nothing_new(*paths, **options)


# --- the same events in other clothes --------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(worlds, st.integers(0, 2**32))
def test_the_same_events_give_the_same_content(world: World, seed: int) -> None:
    chance = random.Random(seed)
    shuffled = chance.sample(world, len(world))
    plain = in_lines(world)
    expected = content_of(plain)
    assert content_of(plain, block_bytes=1 << 5) == expected, "small batches"
    assert content_of(plain, fast=False) == expected, "the slow way"
    assert content_of(in_lines(shuffled, chance)) == expected, "other order and spelling"
    assert content_of(in_array(shuffled)) == expected, "an array"
    assert content_of(pretty(shuffled)) == expected, "over many lines"
    assert content_of(plain + in_lines(shuffled, chance)) == expected, "everything twice"
    for compression in COMPRESS:
        with desks() as desk:
            half = len(world) // 2
            desk.ingest(desk.put("1", in_lines(world[half:]), compression))
            desk.ingest(desk.put("2", in_lines(world[:half]), compression))
            assert content(desk.db) == expected, compression


@settings(max_examples=25, deadline=None)
@given(st.one_of(worlds.map(in_lines), worlds.map(pretty), worlds.map(in_array), logs()), st.data())
def test_a_log_that_grows(data: bytes, draw: st.DataObject) -> None:
    """Cut at any bytes into growing states, it comes to what it is when read at once."""
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=5)))
    with desks() as desk:
        for cut in [*cuts, len(data)]:
            desk.ingest(desk.put("log", data[:cut]), block_bytes=draw.draw(st.sampled_from((64, 1 << 20))))
        desk.assert_as_recounted()
        desk.assert_nothing_new(str(desk.folder / "log"))


def test_a_log_that_grows_byte_by_byte(desk: Desk) -> None:
    data = b"\r\n" + A + b"\n\xef\xbb\xbf{ \n} torn" + B + b'\n"\\u00e9" 12\n'
    for cut in range(len(data) + 1):
        desk.ingest(desk.put("log", data[:cut]))
    desk.assert_as_recounted()
    with reading(desk.db) as connection:
        assert connection.execute("SELECT count(*) FROM source").get == 1


# --- sessions that meet, part and grow -------------------------------------------------------------------------------

HOUR = 3600


def command(seconds: float, text: str = "w", session: str = "a") -> dict[str, Any]:
    return {
        "session": session,
        "eventid": "cowrie.command.input",
        "timestamp": timestamp(round(seconds * 1_000_000)),
        "input": text,
    }


@pytest.mark.parametrize("events", [1024, 1025, 3100])
def test_a_session_of_many_events_is_cut_into_parts(events: int, desk: Desk) -> None:
    desk.ingest(desk.put("log", in_lines([command(i, str(i)) for i in range(events)])))
    desk.assert_as_recounted()
    with reading(desk.db) as connection:
        counts = [n for (n,) in connection.execute("SELECT activity_count FROM part ORDER BY first_us")]
    assert sum(counts) == events
    assert len(counts) == -(-events // 1024)


def test_many_events_in_any_order_in_small_batches(desk: Desk) -> None:
    """Some have equal times, some are no activity, some are copies."""
    told = [command(i // 3, str(i % 7)) for i in range(3000)]
    told += [{**told[i], "eventid": "cowrie.session.params", "n": i} for i in range(0, 3000, 2)]
    told += told[::5]
    random.Random(3).shuffle(told)
    desk.ingest(desk.put("log", in_lines(told)), block_bytes=20_000)
    desk.assert_as_recounted()


def test_events_backwards_one_a_batch(desk: Desk) -> None:
    """Each goes before all parts."""
    desk.ingest(desk.put("log", in_lines([command(i, "x") for i in range(1300, 0, -1)])), block_bytes=120)
    desk.assert_as_recounted()
    with reading(desk.db) as connection:
        assert connection.execute("SELECT count(*) FROM part").get <= 4, "late events leave no crumbs"


def test_more_events_of_one_microsecond_than_a_part_holds(desk: Desk) -> None:
    """Parts are never cut between equal times, so that times order them."""
    told = [command(5, str(i)) for i in range(1500)] + [command(4), command(6), command(6, "v")]
    random.Random(1).shuffle(told)
    desk.ingest(desk.put("1", in_lines(told[:700])), desk.put("2", in_lines(told[600:])), block_bytes=50_000)
    desk.assert_as_recounted()


@pytest.mark.parametrize("parts", [1, 3])
def test_a_late_event_joins_two_sessions(parts: int, desk: Desk) -> None:
    """Of several parts too; the day of the start, provenance and roll-ups follow."""
    many = 1024 * (parts - 1) + 10
    desk.ingest(desk.put("late", in_lines([command(48 * HOUR + i / 100, f"late {i}") for i in range(many)])))
    desk.ingest(desk.put("early", in_lines([command(i / 100, f"early {i}") for i in range(many)])))
    assert len(content(desk.db)) == 2
    result = desk.ingest(desk.put("between", in_lines([command(24 * HOUR, "between")])))
    assert result.sessions == {"total": 1, "new": 0, "updated": 1}
    desk.assert_as_recounted()
    with reading(desk.db) as connection:
        assert connection.execute("SELECT count(*) FROM session_origin").get == 3


@pytest.mark.parametrize("together", [True, False])
def test_chains_of_joins(together: bool, desk: Desk) -> None:
    """Every second link first, then the others, in one batch or one a batch, from the middle out."""
    told = [command(i * 20 * HOUR, str(i)) for i in range(21)]
    told += [command(i * 20 * HOUR, str(i), "b") for i in range(21)]
    even, odd = told[::2], told[1::2]
    desk.ingest(desk.put("even", in_lines(even)), block_bytes=1 << 20 if together else 110)
    random.Random(2).shuffle(odd)
    desk.ingest(desk.put("odd", in_lines(odd)), block_bytes=1 << 20 if together else 110)
    desk.assert_as_recounted()
    assert len(content(desk.db)) == 2


def test_joined_sessions_of_one_batch_and_of_the_database(desk: Desk) -> None:
    """A batch can hold runs before, between and after what is stored, some of which bridge and some of which do not."""
    stored = [command(day * 24 * HOUR) for day in (0, 4, 8, 12)]
    desk.ingest(desk.put("1", in_lines(stored)))
    bridges = [command(day * 24 * HOUR, "b") for day in (-2, 1, 2, 3, 5, 7, 10, 13)]
    desk.ingest(desk.put("2", in_lines(bridges)))
    desk.assert_as_recounted()
    assert len(content(desk.db)) == 5


def test_a_start_that_moves_to_an_earlier_day(desk: Desk) -> None:
    """An old file that is read last; every value of the session moves with it."""
    connect = {
        **command(6 * HOUR),
        "eventid": "cowrie.session.connect",
        **{"src_ip": "1.1.1.1", "dst_ip": "2.2.2.2", "src_port": 1, "dst_port": 22, "protocol": "ssh"},
    }
    version = {**command(6 * HOUR + 1), "eventid": "cowrie.client.version", "version": "SSH-2.0-Go"}
    desk.ingest(desk.put("new", in_lines([connect, version])))
    desk.ingest(desk.put("old", in_lines([{**connect, "timestamp": timestamp(0), "protocol": "telnet"}])))
    desk.assert_as_recounted()
    with reading(desk.db) as connection:
        assert connection.execute("SELECT count(DISTINCT day) FROM rollup_session").get == 1


def test_a_better_name_in_a_copy_counts_whenever_it_comes(desk: Desk) -> None:
    """One that was named by its enclosing key, then comes again with its session."""
    weak = lines({"0123abcd": [unnamed()]})
    strong = lines(event("0123abcd"))
    desk.ingest(desk.put("1", weak))
    desk.ingest(desk.put("2", strong))
    desk.assert_as_recounted()
    desk.ingest(desk.put("3", b"\n" + weak))
    desk.assert_as_recounted()


def test_one_id_on_two_sensors_in_two_runs(desk: Desk) -> None:
    """Both are stored under that id when one of them goes on."""
    desk.ingest(desk.put("1", lines(event(sensor="s"), event(sensor="t"))))
    desk.ingest(desk.put("2", lines(event(sensor="t", seconds=5))))
    desk.assert_as_recounted()
    assert len(content(desk.db)) == 2


def test_every_field_is_part_of_what_an_event_is(desk: Desk) -> None:
    """Two events that differ in one field are two, whichever that is."""
    named = "session_id sessionid sid message src_ip src_port dst_ip dst_port protocol username password input url"
    named += " filename shasum ttylog fingerprint version hassh duration duration_ms eventid other"
    fields = named.split()
    desk.ingest(desk.put("log", lines(*(event(name, **{name: text}) for name in fields for text in ("1", "2")))))
    desk.assert_as_recounted()
    assert len(content(desk.db)) == len(fields)
    with reading(desk.db) as connection:
        assert connection.execute("SELECT DISTINCT event_count FROM session").fetchall() == [(2,)]


@pytest.mark.parametrize("first", [0, 1])
def test_what_two_sessions_know_together(first: int, desk: Desk) -> None:
    """The better name, connect and close, the connect's word alone, the later close; whichever was stored first."""
    named_weakly = {"sid": "a", "session": None}
    parts = [
        lines(
            event(src_ip="9.9.9.9", protocol="telnet", **named_weakly),
            event(eventid=CLOSED, seconds=1, duration=1, **named_weakly),
        ),
        lines(event(eventid=CONNECT, seconds=30 * HOUR, src_ip="1.1.1.1"), event(seconds=30 * HOUR + 5)),
    ]
    for name in (first, 1 - first):
        desk.ingest(desk.put(str(name), parts[name]))
    desk.ingest(desk.put("between", lines(event(seconds=15 * HOUR, **named_weakly))))
    desk.assert_as_recounted()
    told = "match_type, matcher, src_ip, protocol, duration_ms, event_count"
    with reading(desk.db) as connection:
        rows = connection.execute(f"SELECT {told} FROM session_metrics").fetchall()
    assert rows == [("full_delimited", "session", "1.1.1.1", None, 1000, 5)]


def test_a_connect_between_those_of_two_joined_sessions(desk: Desk) -> None:
    """The session that stays begins later: what it takes over from the other is in no part that it writes anew."""
    for number, (eventid, hours, address) in enumerate(
        ((CONNECT, 30, "3.3.3.3"), (CONNECT, 0, "1.1.1.1"), ("cowrie.x", 15, None), (CONNECT, 1, "2.2.2.2"))
    ):
        desk.ingest(desk.put(str(number), lines(event(eventid=eventid, seconds=hours * HOUR, src_ip=address))))
    desk.assert_as_recounted()
    with reading(desk.db) as connection:
        assert connection.execute("SELECT src_ip FROM session_metrics").get == "1.1.1.1"


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_closes_the_later_one_counts(first: int, desk: Desk) -> None:
    """Of two sessions that become one, whichever was stored first."""
    for hours in (0, 30) if first == 0 else (30, 0):
        close = event(eventid=CLOSED, seconds=hours * HOUR, duration=hours + 1)
        desk.ingest(desk.put(f"at {hours}", lines(close)))
    desk.ingest(desk.put("between", lines(event(seconds=15 * HOUR))))
    desk.assert_as_recounted()
    with reading(desk.db) as connection:
        assert connection.execute("SELECT duration_ms FROM session_metrics").fetchall() == [(31_000,)]


def test_two_connects_in_one_microsecond(desk: Desk) -> None:
    """The one of the smaller fingerprint counts, whichever was stored first."""
    told = [event(name, eventid=CONNECT, src_ip=ip) for name in "ab" for ip in ("1.1.1.1", "2.2.2.2")]
    desk.ingest(desk.put("1", lines(told[0], told[3])))
    desk.ingest(desk.put("2", lines(told[1], told[2])))
    desk.assert_as_recounted()
    with reading(desk.db) as connection:
        assert connection.execute("SELECT count(DISTINCT src_ip) FROM session_metrics").get == 1


def test_the_earliest_event_of_a_day_is_read_last(desk: Desk) -> None:
    """And the latest one in between; the roll-up of the day follows."""
    for seconds in (5, 9, 1):
        desk.ingest(desk.put(f"at {seconds}", lines(event(seconds=seconds))))
    desk.assert_as_recounted()


# --- sources ---------------------------------------------------------------------------------------------------------


def test_a_log_that_begins_with_an_endless_line_is_known_again(desk: Desk) -> None:
    """Its beginning is let go before the first batch is written."""
    path = desk.put("log", b"x" * (40 << 20) + b"\n" + A + b"\n")
    desk.ingest(path)
    desk.assert_nothing_new(path)
    desk.ingest(desk.put("log", b"x" * (40 << 20) + b"\n" + A + b"\n" + B + b"\n"))
    with reading(desk.db) as connection:
        assert connection.execute("SELECT events, duplicates FROM ledger").fetchall() == [(2, 0)]


@pytest.mark.parametrize("compression", COMPRESS)
def test_a_file_that_was_cut_and_is_whole_now(compression: str, desk: Desk) -> None:
    """Half a line at the end of half a copy is no reason to lose the event that it begins."""
    data = in_lines([command(i, str(random.Random(i).random())) for i in range(2000)])
    path = Path(desk.put("log", data, compression))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    desk.ingest(str(path))
    path.write_bytes(whole)
    desk.ingest(str(path))
    assert content(desk.db) == expected_content(recount([desk.sources["log"]]))


def test_another_array_in_the_place_of_one_that_was_read_in_steps(desk: Desk) -> None:
    """Both begin with a bracket on a line of its own, and a newline stands where reading would go on."""
    first = b"[\n" + in_lines([command(i, "first") for i in range(9)])
    other = b"[\n" + in_lines([command(i, "other") for i in range(10)]).replace(b"\n", b" ")
    other = other[: len(first) - 1] + b"\n" + other[len(first) - 1 :]
    path = desk.put("log", first[:-1])
    desk.ingest(path)
    desk.ingest(desk.put("log", first))
    desk.ingest(desk.put("log", other))
    both = recount([SourceBytes("first", first, True), SourceBytes("other", other, True)])
    assert content(desk.db) == expected_content(both)


def test_another_log_with_the_same_end(desk: Desk) -> None:
    """Longer than what is compared of its end, and of the same length up to there."""
    same = in_lines([command(i) for i in range(60)])
    assert len(same) > known.TAIL_BYTES
    path = desk.put("log", in_lines([command(0, "first")]) + same)
    desk.ingest(path)
    other = in_lines([command(0, "other")]) + same + in_lines([command(99)])
    desk.ingest(desk.put("log", other))
    both = recount([SourceBytes("first", in_lines([command(0, "first")]), True), SourceBytes("other", other, True)])
    assert content(desk.db) == expected_content(both)


def test_a_log_that_is_no_log_until_it_grows(desk: Desk) -> None:
    desk.ingest(desk.put("log", b"1\n"))
    desk.ingest(desk.put("log", b"1\nx\n"))
    desk.ingest(desk.put("log", b"1\nx\n" + A + b"\ny\n"))
    made = ledgers(desk.db)["log"]
    assert (made["lines"], made["events"], made["quarantined"], sum(made["reasons"].values())) == (4, 1, 3, 3)


# --- errors ----------------------------------------------------------------------------------------------------------


def test_texts_that_differ_in_the_middle(desk: Desk) -> None:
    desk.ingest(desk.put("log", in_lines([command(i, f"begins like {i % 40:02} all others") for i in range(120)])))
    desk.assert_as_recounted()


def transactions(monkeypatch: pytest.MonkeyPatch, size: Callable[[writer.Writer], int]) -> list[int]:
    """The sizes of those that will end because they are full, each as its last batch is stored."""
    monkeypatch.setattr(cadence, "COMMIT_SECONDS", 1e9)
    ends: list[int] = []
    store = writer.Writer._store

    def count(run: writer.Writer, *, commit: bool) -> None:
        ends.append(size(run)) if commit else None
        store(run, commit=commit)

    monkeypatch.setattr(writer.Writer, "_store", count)
    return ends


def test_a_transaction_ends_when_it_holds_many_counts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of its own is one more."""
    ends = transactions(monkeypatch, lambda run: run.folder.tallies)
    monkeypatch.setattr(cadence, "COMMIT_TALLIES", 40)
    desk.ingest(desk.put("log", in_lines([command(i, str(i)) for i in range(200)])), block_bytes=1000)
    assert len(ends) >= 3
    assert all(40 <= tallies < 60 for tallies in ends)
    desk.assert_as_recounted()


def test_a_transaction_ends_when_it_holds_many_records(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of whatever kind: blank lines and copies, too."""
    ends = transactions(monkeypatch, lambda run: run.account.written.ledger.lines)
    monkeypatch.setattr(cadence, "COMMIT_RECORDS", 40)
    told = [command(i % 50, "the same") for i in range(100)]
    desk.ingest(desk.put("log", in_lines(told) + b"\n" * 100), block_bytes=1000)
    assert len(ends) >= 3
    assert all(40 <= after - before < 60 for before, after in pairwise([0, *ends]) if after < 100)
    desk.assert_as_recounted()


def test_files_without_a_batch_end_a_transaction_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million files may wait for their ends, be moved, or be copies."""
    ends: list[int] = []
    commit = writer.Writer.commit
    monkeypatch.setattr(writer.Writer, "commit", lambda run: ends.append(1) or commit(run))
    monkeypatch.setattr(cadence, "COMMIT_SECONDS", 1e9)
    monkeypatch.setattr(cadence, "COMMIT_RECORDS", 4)
    paths = [desk.put(f"log{i}", b'{"half": ') for i in range(9)]
    desk.ingest(*paths)
    assert len(ends) == 3  # the last at the end of the run
    desk.assert_as_recounted()


@pytest.mark.parametrize("commit_bytes", [1, cadence.COMMIT_BYTES])
def test_an_error_anywhere_leaves_nothing_half_done(
    commit_bytes: int, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed is as if it had not been tried; the next run goes on after the last whole batch."""
    monkeypatch.setattr(cadence, "COMMIT_BYTES", commit_bytes)
    statement = writer.sql
    countdown = 0

    def failing(name: str) -> str:
        nonlocal countdown
        countdown -= 1
        if countdown == 0:
            raise RuntimeError(name)
        return statement(name)

    for module in (writer, stored, storing):
        monkeypatch.setattr(module, "sql", failing)
    told = [command(i * 20 * HOUR, str(i)) for i in (0, 4, 2, 6, 1, 3, 5, 6)]
    path = desk.put("log", b"bad\n" + in_lines(told) + b"\n")
    failures = 0
    while True:
        countdown = 5 + 4 * failures
        try:
            desk.ingest(path, block_bytes=150)
        except RuntimeError:
            failures += 1
            check_balance(desk)
        else:
            break
    assert failures > 10
    countdown = 0
    desk.assert_as_recounted()
    desk.assert_nothing_new(path)


@pytest.mark.parametrize("log", [lines(A), b"no log\nat all\n"], ids=["log", "alien"])
def test_a_run_that_ended_before_the_end_of_a_source_was_told(
    log: bytes, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All its bytes are in the ledger, and still the next run has to say what became of it."""
    path = desk.put("log", log)
    with monkeypatch.context() as patched:
        patched.setattr(writer.Writer, "finish", failing_finish)
        with pytest.raises(RuntimeError):
            desk.ingest(path, commit_bytes=1)
    with reading(desk.db) as connection:
        assert connection.execute("SELECT state, offset FROM source").fetchall() == [("reading", len(log))]
    desk.ingest(path)
    desk.assert_as_recounted()
    desk.assert_nothing_new(path)


def test_who_watches_is_told_how_far_it_is(desk: Desk) -> None:
    """Also which bytes there were, and that all are done; more of that in test_telemetry.py."""
    paths = [desk.put(name, lines(one)) for name, one in (("a", A), ("b", B))]
    size = sum(Path(path).stat().st_size for path in paths)
    desk.ingest(*paths, run=(run := Run("ingest")))
    assert (run.state, run.unit, run.total, run.sources_total, run.sources_done) == ("complete", "bytes", size, 2, 2)
    assert (run.written.events, run.written.sessions_new) == (2, 2)


def failing_finish(*given: Any) -> None:
    raise RuntimeError("killed")


def test_small_transactions_change_nothing_but_their_number(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.put("log", in_lines([command(second, str(second)) for second in range(20)]))
    small = ["--block-bytes", "300", "--commit-bytes", "300"]
    assert cli.main(["ingest", path, "--db", desk.db, "--no-progress", *small]) == 0
    desk.read.append("log")
    desk.assert_as_recounted()
    with reading(desk.db) as connection:
        assert connection.execute("SELECT sum(commits) FROM checkpoint").get > 5


def check_balance(desk: Desk) -> None:
    """The offset of the source, its ledger and the sessions are of one moment."""
    with reading(desk.db) as connection:
        balance = connection.execute(
            "SELECT coalesce(sum(s.records), 0), coalesce(sum(l.lines), 0), coalesce(sum(l.events), 0),"
            " (SELECT coalesce(sum(event_count), 0) FROM session) FROM source AS s JOIN ledger AS l USING (source_id)"
        ).fetchall()
    [(records, lines_, events, counted)] = balance
    assert records == lines_
    assert events == counted


def test_a_batch_is_written_under_the_write_lock(desk: Desk) -> None:
    """What a batch is merged with must not change between reading and writing it."""
    told: list[str] = []
    with open_for_writing(desk.db) as database:
        writing = writer.Writer(database.connection)
        database.connection.trace_v2(apsw.SQLITE_TRACE_STMT, lambda trace: told.append(trace["sql"]))
        row = SourceRow(None, bytes(16), "log", 0, 0, 0, 0, "none", "unknown")
        [scanned] = RecordReader(Log(lines(A)), row.position, sensor="unknown").batches()
        with writing:
            writing.write(scanned, row)
    assert [sql for sql in told if sql.startswith(("BEGIN", "SAVEPOINT", "COMMIT"))] == ["BEGIN IMMEDIATE", "COMMIT"]


def test_a_log_that_is_rotated_is_known_by_its_new_name(desk: Desk) -> None:
    """Nothing of it is read again, and `why` names the file that holds it."""
    live = desk.put("cowrie.json", lines(event("a")))
    desk.ingest(live)
    rotated = desk.folder / "cowrie.json.2024-05-01"
    Path(live).rename(rotated)
    desk.put("cowrie.json", lines(event("b")))
    result = desk.ingest(str(desk.folder / "cowrie.json*"))
    assert (result.ledger.lines, result.sources["unchanged"]) == (1, 1)
    with reading(desk.db) as connection:
        rows = connection.execute(
            "SELECT m.session_id, r.path FROM session_metrics AS m JOIN session_origin USING (session_key)"
            " JOIN source AS r USING (source_id) ORDER BY 1"
        ).fetchall()
    assert rows == [("a", str(rotated)), ("b", live)]
    before = dump(desk.db)
    desk.ingest(str(desk.folder / "cowrie.json*"))
    assert dump(desk.db) == before


def test_sources_read_side_by_side_are_stored_as_if_one_after_the_other(tmp_path: Path, monkeypatch: Any) -> None:
    """Row by row, numbers of sources and sessions included."""
    found = []
    for readers in (1, 4):
        monkeypatch.setattr("sesscore.ingester.readers", lambda options, readers=readers: readers)
        desk = Desk(tmp_path / str(readers))
        desk.folder.mkdir()
        for number in range(12):
            events = [event(f"s{number}-{session}", second) for session in range(20) for second in range(3)]
            desk.put(f"log.{number:02}", lines(*events, A, b"bad"), ("plain", "gz", "bz2", "xz")[number % 4])
        desk.ingest(*(str(desk.folder / log) for log in desk.sources), block_bytes=1000)
        desk.assert_as_recounted()
        rows = dump(desk.db)
        found.append({table: rows[table] for table in rows.keys() - {"source", "checkpoint", "schema_history"}})
    assert found[0] == found[1]
