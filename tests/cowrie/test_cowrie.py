"""A real honeypot, attacked by real clients and read while it writes: what sesscore tells is what the clients did."""

from __future__ import annotations

import os
import sys
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from compare import FATES, content, dump, reading
from honeypot import SENSOR

PYTHON = os.environ.get("SESSCORE_COWRIE", "")
if sys.platform != "linux":
    pytest.skip("loopback has the addresses that this needs on Linux only", allow_module_level=True)
if not PYTHON:
    pytest.skip("SESSCORE_COWRIE is not set to a Python that has Cowrie", allow_module_level=True)
pytest.importorskip("asyncssh")

from attack import Attack, sesscore  # noqa: E402 - needs asyncssh
from visits import Visit  # noqa: E402

Row = dict[str, Any]


def by_visit(attack: Attack, tell: Any) -> dict[tuple[str, str], Any]:
    return {(visit.name, visit.src_ip): tell(visit) for visit in attack.visits}


def told(attack: Attack, sessions: dict[tuple[str, int], Row], *names: str) -> dict[tuple[str, str], Any]:
    """What the database says of each visit, in the same form."""

    def tell(visit: Visit) -> Any:
        row = sessions[visit.src_ip, visit.src_port]
        return tuple(row[name] for name in names) if len(names) > 1 else row[names[0]]

    return by_visit(attack, tell)


# --- what the clients did


def test_each_visit_is_one_session(attack: Attack, sessions: dict[tuple[str, int], Row]) -> None:
    assert len(attack.visits) >= 12
    assert {(visit.src_ip, visit.src_port) for visit in attack.visits} == set(sessions)
    with reading(attack.db) as connection:
        assert connection.execute("SELECT count(*) FROM session_metrics").get == len(attack.visits)
    assert told(attack, sessions, "sensor", "protocol", "dst_ip", "dst_port") == by_visit(
        attack, lambda visit: (SENSOR, visit.protocol, "127.0.0.1", visit.dst_port)
    )


def test_all_that_was_done_is_told_in_order(attack: Attack, sessions: dict[tuple[str, int], Row]) -> None:
    """Credentials, commands, files with their SHA-256, forwards, keys."""
    assert told(attack, sessions, "did") == by_visit(attack, lambda visit: visit.did)


def test_counts(attack: Attack, sessions: dict[tuple[str, int], Row]) -> None:
    kinds = (
        *("login_failed", "login_success", "command", "command_failed", "command_success"),
        *("download", "download_failed", "upload", "tcpip_request"),
    )
    done = {kind for visit in attack.visits for kind, *_ in visit.did}
    assert done == {*kinds, "client_fingerprint"}, "an attacker is missing"
    assert told(attack, sessions, *(f"{kind}_count" for kind in kinds)) == by_visit(
        attack, lambda visit: tuple(Counter(kind for kind, *_ in visit.did)[kind] for kind in kinds)
    )


def test_client_versions(attack: Attack, sessions: dict[tuple[str, int], Row]) -> None:
    assert told(attack, sessions, "client_version") == by_visit(attack, lambda visit: visit.version)


def test_only_the_session_that_was_killed_has_no_end(attack: Attack, sessions: dict[tuple[str, int], Row]) -> None:
    match_types = by_visit(attack, lambda visit: "full_delimited" if visit.closed else "session_id_only")
    assert Counter(match_types.values())["session_id_only"] == 1
    assert told(attack, sessions, "match_type") == match_types


# --- what the log says, by a plain count


def test_a_plain_count_of_the_log_agrees(sessions: dict[tuple[str, int], Row], events: list[Row]) -> None:
    counted: dict[str, list[Row]] = defaultdict(list)
    for event in events:
        counted[event["session"]].append(event)
    assert {row["session_id"]: row["event_count"] for row in sessions.values()} == {
        session: len(own) for session, own in counted.items()
    }
    for row in sessions.values():
        own = counted[row["session_id"]]
        times = [microseconds(event["timestamp"]) for event in own]
        assert (row["started_us"], row["ended_us"]) == (min(times), max(times))
        closed = [event["duration_ms"] for event in own if event["eventid"] == "cowrie.session.closed"]
        assert row["duration_ms"] == (closed[0] if closed else (max(times) - min(times) + 500) // 1000)
        hasshes = [event["hassh"] for event in own if event["eventid"] == "cowrie.client.kex"]
        assert [row["hassh"]] == (hasshes or [None])


def test_events_by_kind(attack: Attack, events: list[Row]) -> None:
    with reading(attack.db) as connection:
        counted = connection.execute(
            "SELECT t.value, sum(events) FROM rollup_event JOIN text AS t ON t.text_id = eventid_id GROUP BY 1"
        ).fetchall()
    assert dict(counted) == Counter(event["eventid"] for event in events)


def microseconds(timestamp: str) -> int:
    elapsed = datetime.fromisoformat(timestamp) - datetime.fromisoformat("1970-01-01T00:00:00Z")
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds


# --- what the database says of itself


def test_the_summary_says_what_was_done(attack: Attack, events: list[Row]) -> None:
    done = Counter(kind for visit in attack.visits for kind, *_ in visit.did)
    summary = sesscore("report", "summary", "--db", attack.db)
    totals = {name: summary["totals"][name] for name in ("events", "sessions", "sensors")}
    assert totals == {"events": len(events), "sessions": len(attack.visits), "sensors": 1}
    names = {"login_failed": "login_failed", "login_success": "login_success", "commands": "command"}
    for name, kind in {**names, "downloads": "download", "uploads": "upload"}.items():
        assert summary["totals"][name] == done[kind], name
    assert summary["ledger"]["events"] == len(events)
    closed = sum(visit.closed for visit in attack.visits)
    assert summary["matchers"] == {
        "full_delimited": closed,
        "session_id_only": len(attack.visits) - closed,
        "event_session": 0,
    }


def test_verify_agrees(attack: Attack) -> None:
    """Also with a recount of the logs."""
    verified = sesscore("verify", *attack.all_logs, "--db", attack.db)
    assert verified["agrees"]
    assert verified["balanced"]
    assert verified["recount"]["problems"] == []


def test_one_pass_finds_the_same(attack: Attack, tmp_path: Path) -> None:
    db = tmp_path / "once.db"
    once = sesscore("ingest", *attack.all_logs, "--db", db)
    assert once["sessions"]["total"] == once["sessions"]["new"] == len(attack.visits)
    assert content(db) == content(attack.db)
    hashes = {sesscore("verify", "--db", name)["content_hash"] for name in (db, attack.db)}
    assert len(hashes) == 1


# --- how runs read it


def test_it_was_read_while_it_was_written(by_runs: Attack) -> None:
    """In many parts, so that sessions were open between them, and over a rotation."""
    assert sum(ingest["ledger"]["events"] > 0 for ingest in by_runs.ingests) >= 4
    assert any(ingest["sessions"]["updated"] for ingest in by_runs.ingests)
    assert len(list(by_runs.logs.glob("cowrie.json*"))) >= 2


def test_every_record_is_accounted_for(by_runs: Attack) -> None:
    """The log for people lies beside, and is no log of ours."""
    with reading(by_runs.db) as connection:
        rows = connection.execute(
            f"SELECT state, {', '.join(FATES)} FROM source JOIN ledger USING (source_id)"
        ).fetchall()
    for state, *counts in rows:
        fates = dict(zip(FATES, counts, strict=True))
        assert fates["lines"] == sum(count for fate, count in fates.items() if fate != "lines")
        if state == "alien":
            assert fates["lines"] == fates["quarantined"] + fates["blank"]
        else:
            assert fates["lines"] == fates["events"]
    lines = [len(path.read_bytes().splitlines()) for path in sorted(by_runs.logs.glob("cowrie.json*"))]
    assert sorted(lines) == sorted(row[1] for row in rows if row[0] == "read")
    assert {row[0] for row in rows} == {"alien", "read"}
    done = [ingest["ledger"] for ingest in by_runs.ingests]
    assert sum(ledger["events"] for ledger in done) == sum(lines)
    assert sum(ledger["duplicates"] for ledger in done) == 0


def test_reading_once_more_changes_nothing(by_runs: Attack) -> None:
    before = dump(by_runs.db), sesscore("verify", "--db", by_runs.db)["content_hash"]
    again = sesscore("ingest", by_runs.logs, "--db", by_runs.db)
    assert again["ledger"]["lines"] == 0
    assert (dump(by_runs.db), sesscore("verify", "--db", by_runs.db)["content_hash"]) == before
