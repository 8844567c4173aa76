"""A week of a honeypot, in a minute: attacked by day, its log rotated by night, who follows it killed at random."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import rotated_logs
import ssh_attackers
import web
from attack import ATTACKERS, Attack, Attacker
from follower import Follower, until
from honeypot import PATIENCE, Honeypot, honeypot
from rotated_logs import written
from visits import Target, Visit

COME_A_DAY = len(ATTACKERS) // 2
KILLS = 5  # at the least


class Siege(Attack):
    """What was done, what was read of it, and what became of the log meanwhile. ingests: of those that were stopped."""

    def __init__(self, cowrie: Honeypot, url: str, folder: Path, seed: int) -> None:
        super().__init__(cowrie.logs, folder / "s.db", [], [], cowrie.kept)
        self.cowrie = cowrie
        self.nights: list[str] = []
        self.follower = Follower(self.logs, self.db, random.Random(seed + 1))
        self._chance = random.Random(seed)
        self._url = url
        self._to_come: list[Attacker] = []

    async def run(self) -> None:
        """Who follows is there first: there is no log yet."""
        nights = list(NIGHTS)
        self._chance.shuffle(nights)
        async with asyncio.timeout(10 * PATIENCE), asyncio.TaskGroup() as group:
            self.follower.start()
            disturbs = group.create_task(self.follower.disturb())
            await asyncio.to_thread(self.cowrie.start)
            for night in nights:
                await self._day(night)
            await asyncio.to_thread(self.cowrie.stop)
            await until(lambda: self.follower.kills >= KILLS, "kills")
            async with self.follower.undisturbed():
                disturbs.cancel()
                await self._is_told()
                await self.follower.stop()
        self.ingests = self.follower.told

    async def all_is_told(self) -> None:
        """Return when all that was written can be queried. While that is waited for, who follows is let live."""
        async with self.follower.undisturbed():
            await self._is_told()

    async def _is_told(self) -> None:
        await self.follower.has_told(self._events())

    def _events(self) -> int:
        """Those that were written so far."""
        return len(written(*self.all_logs))

    async def _all_is_written(self) -> None:
        """Return when the honeypot has noticed that whoever left is gone, and is silent."""
        await self.cowrie.until_closed(sum(visit.closed for visit in self.visits))

    def figures(self) -> str:
        """What was done, in a line."""
        events, follower = self._events(), self.follower
        ended = f"{follower.kills} times killed, {len(follower.told)} times stopped"
        return f"{len(self.visits)} visits, {events} events, follower {ended}, nights {', '.join(self.nights)}"

    async def _day(self, night: Night) -> None:
        """Some attack at once, while one comes who stays over night."""
        target, ready, leave = Target(self.cowrie.ports, self._url), asyncio.Event(), asyncio.Event()
        stays = asyncio.create_task(ssh_attackers.stays(target, ready, leave))
        attacks = asyncio.gather(*(attacker(target) for attacker in self._who_comes()))
        if night is renamed or self._chance.random() < 0.3:
            async with self.follower.undisturbed():  # it lives to see the log rotated, and tells the rest of it
                await self._attacked(attacks, night)
                await until(lambda: ready.is_set() or stays.done(), "one who stays")
                await self._is_told()
        else:
            await self._attacked(attacks, night)
            await until(lambda: ready.is_set() or stays.done(), "one who stays")
        await night(self)
        leave.set()
        last = await stays
        last.closed = night is not power_cut
        self.visits.append(last)
        await self._all_is_written()
        self.nights.append(night.__name__)
        if night is renamed or self._chance.random() < 0.4:
            await asyncio.to_thread(rotated_logs.pack, self.logs)

    async def _attacked(self, attacks: asyncio.Future[list[Visit]], night: Night) -> None:
        """Return when all are gone, and the honeypot has written that they are."""
        if night in MEANWHILE:
            some = self._events() + self._chance.randrange(20)
            await until(lambda: self._events() >= some or attacks.done(), "an attack")
            MEANWHILE[night](self)
        self.visits += await attacks
        await self._all_is_written()

    def _who_comes(self) -> list[Attacker]:
        """All come equally often."""
        if len(self._to_come) < COME_A_DAY:
            self._to_come += self._chance.sample(ATTACKERS, len(ATTACKERS))
        come, self._to_come = self._to_come[:COME_A_DAY], self._to_come[COME_A_DAY:]
        return come


# --- what becomes of the log at night, when all are gone but for one who stays

Night = Callable[[Siege], Awaitable[None]]


async def renamed(siege: Siege) -> None:
    """It was renamed while they attacked. Now the honeypot is restarted, and begins another."""
    await _restart(siege)


async def midnight(siege: Siege) -> None:
    """Cowrie itself rotated it while they attacked."""


async def midnight_without_cowrie(siege: Siege) -> None:
    """Once it is started again, it rotates the log of yesterday."""
    await _restart(siege, siege.cowrie.let_midnight_pass)


async def copied_and_cut(siege: Siege) -> None:
    """While one is still there, but silent: what is written between the copy and the cut would be lost."""
    rotated_logs.copy_and_cut(siege.logs)


async def emptied(siege: Siege) -> None:
    """By a restart. What was not read before that is lost, so it is."""
    await asyncio.to_thread(siege.cowrie.stop)
    await siege.all_is_told()
    rotated_logs.empty(siege.logs, siege.kept)
    await asyncio.to_thread(siege.cowrie.start)


async def power_cut(siege: Siege) -> None:
    """The log is renamed before the honeypot starts again."""
    await asyncio.to_thread(siege.cowrie.kill)
    rotated_logs.rename(siege.logs)
    await asyncio.to_thread(siege.cowrie.start)


async def _restart(siege: Siege, meanwhile: Callable[[], None] = lambda: None) -> None:
    await asyncio.to_thread(siege.cowrie.stop)
    meanwhile()
    await asyncio.to_thread(siege.cowrie.start)


NIGHTS: tuple[Night, ...] = (renamed, midnight, midnight_without_cowrie, copied_and_cut, emptied, power_cut)
MEANWHILE: dict[Night, Callable[[Siege], None]] = {
    renamed: lambda siege: rotated_logs.rename(siege.logs),
    midnight: lambda siege: siege.cowrie.pass_midnight(),
}


@contextlib.contextmanager
def besieged(python: str, folder: Path, seed: int) -> Iterator[Siege]:
    """The logs are there as long as this lasts."""
    with web.web_server() as url, honeypot(python, web.ADDRESS) as cowrie:
        siege = Siege(cowrie, url, folder, seed)
        try:
            asyncio.run(siege.run())
        finally:
            siege.follower.close()
        yield siege
