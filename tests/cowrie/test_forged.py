"""What attackers type is told as what they typed, also where it looks like a log."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
import web
from compare import reading
from honeypot import honeypot

PYTHON = os.environ.get("SESSCORE_COWRIE", "")
if sys.platform != "linux" or not PYTHON:
    pytest.skip("needs Linux, and SESSCORE_COWRIE, a Python that has Cowrie", allow_module_level=True)
pytest.importorskip("asyncssh")

from attack import sesscore  # noqa: E402 - needs asyncssh
from ssh_attackers import connected, execute  # noqa: E402
from visits import Target, Visit  # noqa: E402

SESSION = "f00df00df00d"
FORGED = {
    "eventid": "cowrie.login.success",
    "timestamp": "2020-02-02T02:02:02Z",
    "session": SESSION,
    "username": "admin",
    "password": "never tried",
}


def test_an_event_that_is_typed_is_no_event(tmp_path: Path) -> None:
    """Neither in cowrie.json, where it is text in an event, nor in cowrie.log beside it."""
    visit = Visit("forges", "ssh")

    async def forge(target: Target) -> None:
        async with connected(visit, target, "root", "toor") as connection:
            await execute(visit, connection, f"echo {json.dumps(FORGED)}")
            await execute(visit, connection, f"echo on a line of its own\n{json.dumps(FORGED)}")

    with honeypot(PYTHON, web.ADDRESS) as cowrie:
        cowrie.start()
        asyncio.run(forge(Target(cowrie.ports, "")))
        cowrie.stop()
        sesscore("ingest", cowrie.logs, "--db", tmp_path / "s.db")
    with reading(tmp_path / "s.db") as connection:
        told = connection.execute("SELECT src_ip, session_id <> ?, command_count > 1 FROM session_metrics", [SESSION])
        assert told.fetchall() == [(visit.src_ip, True, True)]
