"""The generator of made-up logs: its lines, and that its truth is what a plain recount of the lines finds."""

import gzip
import hashlib
import io
import json
import re
import sys
import tracemalloc
from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from sesscore.errors import StorageError, UsageError
from sesscore.synth import GENERATIONS, Truth, generate, write

EVENTS = 12_000
ACTIVITIES = {
    "commands": "cowrie.command.input",
    "commands_failed": "cowrie.command.failed",
    "commands_success": "cowrie.command.success",
    "login_failed": "cowrie.login.failed",
    "login_success": "cowrie.login.success",
    "downloads": "cowrie.session.file_download",
    "downloads_failed": "cowrie.session.file_download.failed",
    "uploads": "cowrie.session.file_upload",
    "direct_tcpip_requests": "cowrie.direct-tcpip.request",
}


def logged(events=EVENTS, **options):
    """The lines as bytes, the events, and the truth."""
    truth = Truth()
    lines = list(generate(events, truth=truth, **options))
    return lines, [json.loads(line) for line in lines], truth


def recount(events):
    """What `Truth.as_dict` should say, by the plainest means."""
    ids = Counter(event["eventid"] for event in events)
    sessions = defaultdict(list)
    for event in events:
        sessions[event["sensor"], event["session"]].append(event)
    kinds = [{event["eventid"] for event in session} for session in sessions.values()]
    full = sum({"cowrie.session.connect", "cowrie.session.closed"} <= kind for kind in kinds)
    sensors = {name: {"events": 0, "sessions": 0} for name in sorted({event["sensor"] for event in events})}
    days = {day: {"events": 0, "sessions": 0} for day in sorted({event["timestamp"][:10] for event in events})}
    for event in events:
        sensors[event["sensor"]]["events"] += 1
        days[event["timestamp"][:10]]["events"] += 1
    for (sensor, _), session in sessions.items():
        sensors[sensor]["sessions"] += 1
        days[min(event["timestamp"] for event in session)[:10]]["sessions"] += 1
    return {
        "schema": "sesscore.synth/1",
        "events": len(events),
        "sessions": len(sessions),
        "full_delimited": full,
        "session_id_only": len(sessions) - full,
        "event_session": 0,
        **{name: ids[event_id] for name, event_id in ACTIVITIES.items()},
        "first_time": min((event["timestamp"] for event in events), default=""),
        "last_time": max((event["timestamp"] for event in events), default=""),
        "eventids": dict(ids),
        "sensors": sensors,
        "days": days,
    }


def of(events, name):
    return [event for event in events if event["eventid"] == f"cowrie.{name}"]


@pytest.fixture(scope="module", params=GENERATIONS)
def generation(request):
    """(name, lines, events, truth) of one generation."""
    return request.param, *logged(generation=request.param, seed=7)


# The lines, whatever the generation


@pytest.mark.parametrize("events", [0, 1, 2, 7, 100, 4321])
def test_exact_number_of_events(events):
    assert len(list(generate(events, seed=events))) == events
    assert len(list(generate(events, days=30, sensors=3))) == events


def test_same_arguments_same_bytes():
    options = {"days": 3, "seed": 5, "sensors": 2}
    once = b"".join(generate(5000, **options))
    assert once == b"".join(generate(5000, **options))
    assert once != b"".join(generate(5000, **options | {"seed": 6}))
    # Also the same on every other machine and Python. Whoever changes what is generated changes this.
    assert hashlib.sha256(once).hexdigest()[:16] == "87cbc011909cf107"


def test_a_log_is_the_beginning_of_no_other_seed():
    first = [next(generate(1, seed=seed)) for seed in range(12)]
    assert len(set(first)) == 12


def test_truth_is_a_recount(generation):
    _, _, events, truth = generation
    assert truth.as_dict() == recount(events)
    assert json.loads(truth.to_json()) == truth.as_dict()


@pytest.mark.parametrize("seed", range(4))
def test_truth_of_mixed_days_is_a_recount(seed):
    _, events, truth = logged(seed=seed, days=1 + seed * 3, sensors=1 + seed)
    assert truth.as_dict() == recount(events)


def test_truth_holds_after_every_line():
    truth = Truth()
    events = []
    for number, line in enumerate(generate(600, truth=truth, days=2)):
        events.append(json.loads(line))
        if number % 97 == 0:
            assert truth.as_dict() == recount(events)


def test_truth_of_nothing():
    truth = Truth()
    assert list(generate(0, truth=truth)) == []
    assert truth.as_dict() == recount([])


def test_one_event_a_line(generation):
    _, lines, events, _ = generation
    assert all(line.endswith(b"}\n") and line.isascii() and line.count(b"\n") == 1 for line in lines)
    assert not any(re.search(rb"[\x00-\x09\x0b-\x1f]", line) for line in lines)
    assert all(event["session"] and event["src_ip"] and event["sensor"] for event in events)


def test_strictly_in_order_of_time():
    for options in ({"days": 5, "sensors": 4}, {"events": 30_000}):
        _, events, _ = logged(**options)
        times = [event["timestamp"] for event in events]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", time) for time in times)
        assert all(before < after for before, after in pairwise(times))


def test_days_of_the_calendar():
    _, _, truth = logged(days=10, start="2024-02-25")
    assert list(truth.days) == [f"2024-02-{day}" for day in range(25, 30)] + [f"2024-03-0{day}" for day in range(1, 6)]
    assert all(day["events"] for day in truth.days.values())


def test_days_are_heavy_tailed():
    truth = Truth()
    for _ in generate(40_000, days=30, seed=3, truth=truth):
        pass
    sizes = sorted(day["events"] for day in truth.days.values())
    assert sizes[-1] > 8 * sizes[15]


# What real logs look like


def test_sessions_overlap(generation):
    _, _, events, _ = generation
    changes = sum(one["session"] != other["session"] for one, other in pairwise(events))
    distinct = len({event["session"] for event in events})
    assert changes > 1.1 * distinct  # 1.0: one after the other


def test_shape_of_the_traffic():
    lines, events, truth = logged(60_000, seed=2)
    assert 350 <= sum(map(len, lines)) / len(lines) <= 450
    assert 8.5 <= len(events) / truth.sessions <= 11
    assert 0 < truth.session_id_only / truth.sessions < 0.01
    attempts = [(e["username"], e["password"]) for e in events if "password" in e]
    assert 0.3 < len(set(attempts)) / len(attempts) < 0.5
    commands = Counter(event["input"] for event in of(events, "command.input"))
    assert 0.35 < sum(n for _, n in commands.most_common(10)) / commands.total() < 0.6
    active = {event["session"] for event in of(events, "command.input")}
    assert 0.06 < len(active) / truth.sessions < 0.2
    assert len({event["src_ip"] for event in events}) > 1000


def test_some_sessions_have_thousands_of_events():
    sizes = Counter(re.search(rb'"session": ?"(\w+)"', line)[1] for line in generate(150_000, seed=1))
    assert sizes.most_common(1)[0][1] > 1000
    assert sorted(sizes.values())[len(sizes) // 2] <= 6


def test_texts_that_break_readers():
    text = b"".join(generate(60_000, seed=2))
    for piece in (
        rb"\u0000",
        rb"\ud83d\ude00",
        rb"\\x16\\x03",
        rb"\u001b",
        rb"\"",
        rb"\n",
        b'"message":[]',
        b"\\u0016",
    ):
        assert piece in text, piece


def test_addresses_are_set_aside_for_examples(generation):
    _, _, events, _ = generation
    assert all(re.match(r"198\.1[89]\.|2001:db8:", event["src_ip"]) for event in events)
    for event in of(events, "session.file_download"):
        assert re.match(r"http://203\.0\.113\.|http://\w+\.example\.com/|/tmp/", event.get("url", "/tmp/"))


def test_one_connection_has_one_identity(generation):
    _, _, events, _ = generation
    sessions = defaultdict(list)
    for event in events:
        sessions[event["session"]].append(event)
    for session in sessions.values():
        ids = Counter(event["eventid"] for event in session)
        assert ids["cowrie.session.connect"] <= 1
        assert ids["cowrie.session.closed"] <= 1
        assert len({event["src_ip"] for event in session}) == 1
        assert "cowrie.session.connect" not in [event["eventid"] for event in session[1:]]
        after = session[
            [*(e["eventid"] for e in session), "cowrie.session.closed"].index("cowrie.session.closed") + 1 :
        ]
        assert all(event["late"] for event in after)


def test_the_close_tells_the_duration(generation):
    name, _, events, _ = generation
    begun = {event["session"]: event["timestamp"] for event in of(events, "session.connect")}
    for event in of(events, "session.closed"):
        if event["session"] not in begun:
            continue
        told = event["duration_ms"] / 1000 if name == "2026" else float(event["duration"])
        seconds = [
            sum(map(float.__mul__, (3600.0, 60.0, 1.0), map(float, time[11:-1].split(":"))))
            for time in (begun[event["session"]], event["timestamp"])
        ]
        assert abs(seconds[1] - seconds[0] - told) < 0.06


def test_both_protocols(generation):
    name, _, events, _ = generation
    ports = Counter(event["dst_port"] for event in of(events, "session.connect"))
    assert 0.02 < ports[2223] / ports.total() < 0.09
    telnet = {event["session"] for event in of(events, "session.connect") if event["dst_port"] == 2223}
    kinds = {event["eventid"] for event in events if event["session"] in telnet}
    assert not kinds & {"cowrie.client.version", "cowrie.client.kex", "cowrie.direct-tcpip.request"}
    assert ("cowrie.telnet.option" in kinds) == (name == "2026")


# What tells the generations apart


def test_separators_and_ids(generation):
    name, lines, events, _ = generation
    assert all((b'": ' in line[:40]) == (name in ("2017", "2018")) for line in lines)
    digits = 8 if name == "2017" else 12
    assert all(re.fullmatch(f"[0-9a-f]{{{digits}}}", event["session"]) for event in events)


def test_order_of_keys(generation):
    name, _, events, _ = generation
    if name == "2026":
        identity = ["session", "protocol", "src_ip", "src_port", "dst_ip", "dst_port"]
        assert all(list(event)[:6] == identity for event in events)
        assert all(list(event)[-4:] == ["sensor", "uuid", "timestamp", "message"] for event in events)
    elif name in ("2020", "2024"):
        assert all(next(iter(event)) == "eventid" for event in events)
    else:
        assert any(list(event)[-1] != "sensor" for event in events)
    assert any("uuid" in event for event in events) == (name == "2026")


def test_keys_of_python_2(generation):
    name, _, events, _ = generation
    old = name in ("2017", "2018")
    assert any("isError" in event and "system" in event for event in events) == old
    assert bool(of(events, "log.open")) == old
    assert bool(of(events, "client.kex")) == bool(of(events, "session.params")) == (not old)
    assert all(("kexAlgs" in event) == old for event in of(events, "client.version"))
    assert all(("protocol" in event) == (name != "2017") for event in of(events, "session.connect"))
    assert bool(of(events, "command.success")) == (name == "2017")
    assert all(("shasum" in event) == (not old) for event in of(events, "log.closed"))


def test_kind_of_duration(generation):
    name, _, events, _ = generation
    closes = of(events, "session.closed")
    if name == "2026":
        assert all(isinstance(event["duration_ms"], int) and "duration" not in event for event in closes)
    else:
        kinds = {type(event["duration"]) for event in closes}
        assert kinds == ({str, float} if name == "2024" else {float})


def test_key_exchange(generation):
    for event in of(generation[2], "client.kex"):
        algorithms = ";".join(",".join(event[name]) for name in ("kexAlgs", "encCS", "macCS", "compCS"))
        assert event["hasshAlgorithms"] == algorithms
        assert event["hassh"] == hashlib.md5(algorithms.encode()).hexdigest()
        assert event["keyAlgs"]
        assert event["langCS"] == [""]


def test_message_of_no_text(generation):
    messages = [event["message"] for event in of(generation[2], "session.params")]
    assert all(message == ("" if generation[0] == "2026" else []) for message in messages)


def test_version_as_python_bytes():
    _, events, _ = logged(generation="2020")
    assert all(event["version"].startswith(("b'", "'", 'b"')) for event in of(events, "client.version"))


def test_public_keys_as_logins():
    for name in ("2024", "2026"):
        _, events, _ = logged(generation=name)
        without = [event for event in of(events, "login.failed") if "password" not in event]
        assert without
        assert all(event["fingerprint"] and event["type"] == "ssh-rsa" for event in without)


def test_late_events():
    _, events, _ = logged(40_000, generation="2026")
    late = [event for event in events if event.get("late")]
    assert {event["eventid"] for event in late} == {"cowrie.log.closed", "cowrie.session.file_download"}
    closed = {event["session"]: event for event in of(events, "session.closed")}
    for event in late:
        if event["session"] in closed:
            assert closed[event["session"]]["timestamp"] < event["timestamp"]
        assert list(event)[list(event).index("eventid") + 1] == "late"


def test_forwarding_keeps_the_address_of_the_attacker(generation):
    name, _, events, _ = generation
    requests = of(events, "direct-tcpip.request")
    assert any(re.search("[a-z]", event["dst_ip"]) for event in requests)
    if name == "2026":
        assert all({"orig_ip", "orig_port"} <= set(event) for event in requests)
        assert not any(event["src_port"] == 0 for event in requests)
    else:
        assert any(event["src_port"] == 0 for event in requests)


def test_mixed_day_is_upgraded_midway():
    _, events, _ = logged(30_000, sensors=2)
    first, last = events[:2000], events[-2000:]
    assert all("isError" in event for event in of(first, "session.connect"))
    assert all("uuid" in event for event in of(last, "session.connect"))
    for sensor in {event["sensor"] for event in events}:
        seen = ["uuid" in event for event in of(events, "session.connect") if event["sensor"] == sensor]
        assert seen == sorted(seen)


def test_mixed_days_take_turns():
    _, events, _ = logged(days=5)
    for day, digits in (("2026-01-01", 8), ("2026-01-04", 12)):
        connects = [event for event in of(events, "session.connect") if event["timestamp"].startswith(day)]
        assert {len(event["session"]) for event in connects} == {digits}


# Files, memory, misuse


def test_write(tmp_path):
    options = {"events": 3000, "seed": 4, "days": 2}
    lines = b"".join(generate(**options))
    truth = write(tmp_path / "cowrie.json", tmp_path / "truth.json", **options)
    assert (tmp_path / "cowrie.json").read_bytes() == lines
    assert json.loads((tmp_path / "truth.json").read_text()) == truth.as_dict()
    write(tmp_path / "one.gz", **options)
    write(tmp_path / "two.gz", **options)
    assert gzip.decompress((tmp_path / "one.gz").read_bytes()) == lines
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()


def test_write_to_standard_output(monkeypatch):
    class Terminal:
        buffer = io.BytesIO()

    monkeypatch.setattr(sys, "stdout", Terminal)
    truth = write("-", events=50)
    assert truth.events == 50
    assert Terminal.buffer.getvalue() == b"".join(generate(50))


def test_a_file_that_cannot_be_written(tmp_path):
    with pytest.raises(StorageError) as caught:
        write(tmp_path / "none" / "cowrie.json", events=1)
    assert "none" in caught.value.where
    with pytest.raises(StorageError):
        write(tmp_path / "cowrie.json", tmp_path / "none" / "truth.json", events=1)


@pytest.mark.parametrize(
    "options",
    [
        {"events": -1},
        {"days": 0},
        {"seed": -1},
        {"sensors": 0},
        {"generation": "2019"},
        {"start": "yesterday"},
        {"start": "1969-12-31"},
        {"days": 10_000_000},
    ],
)
def test_wrong_options_fail_at_once(options):
    with pytest.raises(UsageError):
        generate(**options)


def test_memory_does_not_grow():
    tracemalloc.start()
    peaks = []
    for number, _ in enumerate(generate(100_000, days=2, seed=1), 1):
        if number % 20_000 == 0:
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.reset_peak()
    tracemalloc.stop()
    assert max(peaks) < peaks[0] + 500_000
