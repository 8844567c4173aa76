"""A real honeypot that is followed while its log is rotated and the follower is killed: how that went.

What it found is compared with what the clients did in test_cowrie.py.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from compare import FATES, dump, reading
from rotated_logs import written

if sys.platform != "linux" or not os.environ.get("SESSCORE_COWRIE"):
    pytest.skip("needs Linux, and SESSCORE_COWRIE, a Python that has Cowrie", allow_module_level=True)
pytest.importorskip("asyncssh")

from attack import ATTACKERS, sesscore
from siege import KILLS, NIGHTS

if TYPE_CHECKING:
    from siege import Siege


def test_all_of_it_happened(followed: Siege) -> None:
    assert sorted(followed.nights) == sorted(night.__name__ for night in NIGHTS)
    assert len(followed.visits) >= 2 * len(ATTACKERS)
    assert len(list(followed.logs.glob("cowrie.json.*"))) >= 4  # of midnight in the last night nothing is seen any more
    assert list(followed.logs.glob("cowrie.json.*.gz"))
    assert list(followed.logs.glob("cowrie.json.????-??-??*"))
    assert len(list(followed.kept.iterdir())) == 1
    assert followed.follower.kills >= KILLS


def test_who_is_stopped_says_so(followed: Siege) -> None:
    """The last one at least."""
    assert followed.ingests
    for told in followed.ingests:
        assert told["schema"] == "sesscore.ingest/1"
        ledger = told["ledger"]
        assert ledger["lines"] == sum(ledger[fate] for fate in FATES if fate != "lines")


def test_every_record_is_accounted_for(followed: Siege) -> None:
    """Once, in whatever file, run or copy it was first seen; and none was torn by a kill or a rotation.

    The logs for people, which grow beside, are no logs of ours, each one source for all its life.
    """
    with reading(followed.db) as connection:
        rows = connection.execute(f"SELECT path, state, {', '.join(FATES)} FROM source JOIN ledger USING (source_id)")
        ledgers = [(path, state, dict(zip(FATES, fates, strict=True))) for path, state, *fates in rows]
    for path, state, fates in ledgers:  # the last follower may have been stopped while it read what adds nothing
        name = path.rpartition("/")[2]
        assert fates["lines"] == sum(fates[fate] for fate in FATES if fate != "lines"), path
        if name.startswith("cowrie.json"):
            assert state in ("read", "reading"), path
            assert fates["lines"] == fates["events"] + fates["duplicates"], path
        else:
            assert state in ("alien", "reading"), path
            assert fates["lines"] == fates["quarantined"] + fates["blank"], path
    text_logs = [path for path, *_ in ledgers if "/cowrie.log" in path]
    assert len(text_logs) <= len(list(followed.logs.glob("cowrie.log*")))
    assert sum(fates["events"] for *_, fates in ledgers) == len(written(*followed.all_logs))


def test_reading_once_more_finds_nothing(followed: Siege) -> None:
    """What was packed or stopped last may not have been looked at: that changes no count, and is known from then on."""
    before = sesscore("verify", "--db", followed.db)["content_hash"]
    last = sesscore("ingest", followed.logs, "--db", followed.db)["ledger"]
    assert (last["events"], last["duplicates"]) == (0, 0)
    rows = dump(followed.db)
    assert sesscore("ingest", followed.logs, "--db", followed.db)["ledger"]["lines"] == 0
    assert dump(followed.db) == rows
    assert sesscore("verify", "--db", followed.db)["content_hash"] == before
