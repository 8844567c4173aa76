"""Attackers by Telnet. Each makes one connection, and returns what it did."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import Any

from honeypot import PATIENCE
from visits import Target, Visit

LOGIN = re.compile(rb"login: $")
PASSWORD = re.compile(rb"Password: $")
PROMPT = re.compile(rb"@svr04:[^\r\n]*[#$] $")

IAC, SE, SB, WILL, WONT, DO, DONT = 255, 240, 250, 251, 252, 253, 254


class Telnet:
    """A client that wants no option. A polite one says so, a bot does not answer."""

    def __init__(self, visit: Visit, target: Target, *, polite: bool) -> None:
        self._visit, self._target, self._polite = visit, target, polite

    async def __aenter__(self) -> Telnet:
        connection = self._visit.connect(self._target)
        self._reader, self._writer = await asyncio.open_connection(sock=connection)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    def abort(self) -> None:
        self._writer.transport.abort()

    async def log_in(self, username: str, password: str, *, let_in: bool) -> None:
        await self.until(LOGIN)
        self.send(username)
        await self.until(PASSWORD)
        self.send(password)
        self._visit.tried(username, password, let_in=let_in)
        if let_in:
            await self.until(PROMPT)

    async def run(self, command: str, **outcome: Any) -> None:
        self._visit.ran(command, **outcome)
        self.send(command)
        await self.until(PROMPT)

    async def exit(self) -> None:
        self._visit.ran("exit")
        self.send("exit")
        async with asyncio.timeout(PATIENCE):
            while await self._reader.read(4096):
                pass

    def send(self, line: str) -> None:
        self._writer.write(line.encode() + b"\r\n")

    async def until(self, prompt: re.Pattern[bytes]) -> None:
        """Read until a prompt is the last that was said."""
        seen = bytearray()
        async with asyncio.timeout(PATIENCE):
            while not prompt.search(seen):
                byte = (await self._reader.readexactly(1))[0]
                if byte == IAC:
                    await self._negotiate()
                else:
                    seen.append(byte)

    async def _negotiate(self) -> None:
        command = (await self._reader.readexactly(1))[0]
        if command == SB:
            await self._reader.readuntil(bytes((IAC, SE)))
        elif command in (WILL, WONT, DO, DONT):
            option = (await self._reader.readexactly(1))[0]
            if self._polite and command in (WILL, DO):
                self._writer.write(bytes((IAC, DONT if command == WILL else WONT, option)))


async def types(target: Target) -> Visit:
    visit = Visit("types", "telnet")
    async with Telnet(visit, target, polite=True) as telnet:
        await telnet.log_in("root", "123456", let_in=False)
        await telnet.log_in("root", "xc3511", let_in=True)
        await telnet.run("cat /proc/mounts; ls /")
        await telnet.run("cd /var/run")
        await telnet.run("pwd")
        await telnet.exit()
    return visit


async def is_a_bot(target: Target) -> Visit:
    """Like Mirai."""
    visit = Visit("is a bot", "telnet")
    async with Telnet(visit, target, polite=False) as telnet:
        await telnet.log_in("admin", "admin", let_in=True)
        await telnet.run("/bin/busybox ps; /bin/busybox ECCHI", found="ps")
        await telnet.run("rm -rf /tmp/.x; cp /bin/echo /tmp/.x")
        telnet.abort()
    return visit


async def leaves_at_login(target: Target) -> Visit:
    visit = Visit("leaves at login", "telnet")
    async with Telnet(visit, target, polite=True) as telnet:
        await telnet.until(LOGIN)
    return visit


async def names_no_password(target: Target) -> Visit:
    visit = Visit("names no password", "telnet")
    async with Telnet(visit, target, polite=False) as telnet:
        await telnet.until(LOGIN)
        telnet.send("guest")
        await telnet.until(PASSWORD)
    return visit


async def gives_up(target: Target) -> Visit:
    visit = Visit("gives up", "telnet")
    async with Telnet(visit, target, polite=False) as telnet:
        for password in ("root", "123456", "root"):
            await telnet.log_in("root", password, let_in=False)
        await telnet.until(LOGIN)
    return visit


ATTACKERS = (types, is_a_bot, leaves_at_login, names_no_password, gives_up)
