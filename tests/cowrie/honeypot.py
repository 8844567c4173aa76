"""Cowrie on loopback, in a folder of its own, by a user without rights."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rotated_logs import written

HOST = "127.0.0.1"
SENSOR = "cowrie-of-the-tests"
NOBODY = 65534
PATIENCE = 180.0  # seconds: no promise but a guard, for a virtual machine may stand still for more than a minute

# Ports are those that are free. Many attackers fetch from one host.
SETTINGS = f"""
[honeypot]
sensor_name = {SENSOR}

[shell]
wget_rate_limit_enabled = false
curl_rate_limit_enabled = false

[ssh]
listen_endpoints = tcp:0:interface={HOST}

[telnet]
enabled = true
listen_endpoints = tcp:0:interface={HOST}
"""

CLOSED = b'"eventid":"cowrie.session.closed"'
LISTENS = re.compile(r"(SSH|Telnet)Factory starting on ([0-9]+)")


class Honeypot:
    """Cowrie in `folder`, run by the Python of its environment. It may download from the address `web` only."""

    def __init__(self, python: str, folder: Path, web: str) -> None:
        self.folder = folder
        self.logs = folder / "var/log/cowrie"
        self.kept = folder / "kept"  # copies of logs before they are destroyed; nobody reads them but the tests
        self.ports: dict[str, int] = {}
        self._command = [python, "launch.py", web]
        self._midnights = 0  # that passed for Cowrie and not for this machine
        self._process: subprocess.Popen[bytes] | None = None
        for made in ("etc", "var/log/cowrie", "var/lib/cowrie/downloads", "var/lib/cowrie/tty", "var/run"):
            (folder / made).mkdir(parents=True)
        (folder / "etc/cowrie.cfg").write_text(SETTINGS)
        # the checkout may lie where the user without rights cannot read
        shutil.copy(Path(__file__).with_name("launch.py"), folder)
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)

    def start(self) -> None:
        """Return when both ports are open."""
        said = self._said()
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [*self._command, str(self._midnights)],
                cwd=self.folder,
                env={"PATH": os.defpath, "HOME": str(self.folder), "LANG": "C.UTF-8"},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                **_no_rights(),
            )
        before, ends = len(said), time.monotonic() + PATIENCE
        while True:
            ports = {name.lower(): int(port) for name, port in LISTENS.findall(self._said()[before:])}
            if len(ports) == 2:
                self.ports = ports
                return
            if self._process.poll() is not None or time.monotonic() > ends:
                self.stop()
                raise AssertionError(f"Cowrie did not start. {self._last_words()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """As `cowrie stop` does: connections are closed, and the log says so."""
        self._end(lambda process: process.terminate())

    def kill(self) -> None:
        """As a power cut does."""
        self._end(lambda process: process.kill())

    async def until_closed(self, sessions: int) -> None:
        """Return when the log says of so many sessions that they are closed: Cowrie notices later than the client."""
        ends = time.monotonic() + PATIENCE
        while (closed := sum(CLOSED in line for line in written(self.logs, self.kept))) < sessions:
            assert time.monotonic() < ends, f"{closed} of {sessions} sessions are closed. {self._last_words()}"
            await asyncio.sleep(0.05)

    def pass_midnight(self) -> None:
        """While it runs: Cowrie rotates its log before the next event."""
        assert self._process is not None
        self._midnights += 1
        self._process.send_signal(signal.SIGUSR1)

    def let_midnight_pass(self) -> None:
        """Once it is started again, Cowrie finds that its log is of yesterday, and rotates it."""
        self._midnights += 1
        yesterday = time.time() - 86_400
        os.utime(self.logs / "cowrie.json", (yesterday, yesterday))

    def _end(self, end: Any) -> None:
        if (process := self._process) is None:
            return
        end(process)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            words = self._last_words()
            process.kill()
            process.wait()
            raise AssertionError(f"Cowrie did not end. {words}") from None
        finally:
            self._process = None
            assert process.stdin is not None
            process.stdin.close()

    def _last_words(self) -> str:
        """The ends of what it printed, if it still runs with where it stands, and of its log for people."""
        if (process := self._process) is not None and process.poll() is None:
            process.send_signal(signal.SIGUSR2)
            time.sleep(1)
        printed = (self.folder / "output").read_text("utf-8", "replace")
        return f"Cowrie printed:\n{printed[-4000:]}\nand logged:\n{self._said()[-4000:]}"

    def _said(self) -> str:
        """Cowrie's log for people."""
        path = self.logs / "cowrie.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""


def _no_rights() -> dict[str, Any]:
    """Cowrie refuses to run as root."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def unusable(python: str) -> str | None:
    """Why this Python cannot run Cowrie, if it cannot."""
    try:
        done = subprocess.run([python, "-c", "import cowrie"], cwd="/", capture_output=True, text=True, **_no_rights())
    except OSError as error:
        return str(error)
    return done.stderr.strip().splitlines()[-1] if done.returncode else None


@contextlib.contextmanager
def honeypot(python: str, web: str) -> Iterator[Honeypot]:
    """A honeypot that is not started yet, and is gone in the end."""
    # not in pytest's folders, which nobody else may enter
    with tempfile.TemporaryDirectory(prefix="sesscore-cowrie-") as folder:
        Path(folder).chmod(0o755)
        cowrie = Honeypot(python, Path(folder), web)
        try:
            yield cowrie
        finally:
            cowrie.stop()
