"""Two days of a honeypot, in seconds: attacked, read meanwhile, killed, rotated, attacked again, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ssh_attackers
import telnet_attackers
import web
from honeypot import PATIENCE, Honeypot, honeypot
from visits import Target, Visit

Attacker = Callable[[Target], Awaitable[Visit]]
ATTACKERS: tuple[Attacker, ...] = (*ssh_attackers.ATTACKERS, *telnet_attackers.ATTACKERS)


@dataclass
class Attack:
    """What was done, and what was read of it. ingests: what each run said of itself. kept: logs that were destroyed."""

    logs: Path
    db: Path
    visits: list[Visit]
    ingests: list[dict[str, Any]]
    kept: Path

    @property
    def all_logs(self) -> list[Path]:
        """Those that were destroyed, too."""
        return [self.logs, *([self.kept] if self.kept.exists() else [])]


def sesscore(*arguments: str | Path) -> dict[str, Any]:
    """What the program prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "sesscore", *arguments, "--format", "json"],
        cwd="/",
        env={name: value for name, value in os.environ.items() if not name.startswith("SESSCORE_")},
        capture_output=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@contextlib.contextmanager
def attacked(python: str, folder: Path) -> Iterator[Attack]:
    """The logs are there as long as this lasts."""
    with web.web_server() as url, honeypot(python, web.ADDRESS) as cowrie:
        attack = Attack(cowrie.logs, folder / "s.db", [], [], cowrie.kept)
        asyncio.run(_all(attack, cowrie, url))
        yield attack


async def _all(attack: Attack, cowrie: Honeypot, url: str) -> None:
    async with asyncio.timeout(3 * PATIENCE):
        cowrie.start()
        await _day(attack, cowrie, Target(cowrie.ports, url), kill=True)
        cowrie.let_midnight_pass()
        cowrie.start()
        await _day(attack, cowrie, Target(cowrie.ports, url), kill=False)
        await _ingest(attack)


async def _day(attack: Attack, cowrie: Honeypot, target: Target, *, kill: bool) -> None:
    """All attack at once and are read meanwhile. The honeypot ends while one of them is still there."""
    ready, leave = asyncio.Event(), asyncio.Event()
    stays = asyncio.create_task(ssh_attackers.stays(target, ready, leave))
    attacks = asyncio.gather(*(attacker(target) for attacker in ATTACKERS))
    while not (attacks.done() and (ready.is_set() or stays.done())):
        await _ingest(attack)
    attack.visits += await attacks
    await cowrie.until_closed(sum(visit.closed for visit in attack.visits))
    if kill:
        cowrie.kill()
    else:
        cowrie.stop()
    leave.set()
    last = await stays
    last.closed = not kill
    attack.visits.append(last)


async def _ingest(attack: Attack) -> None:
    attack.ingests.append(await asyncio.to_thread(sesscore, "ingest", attack.logs, "--db", attack.db))
