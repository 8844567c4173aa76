"""Milestones for programs of the user, which may fail, hang or be slow: nothing of that reaches the work.

A thread takes them from a queue, one after the other. What the queue has no room for is dropped and counted; nobody
waits for a place in it.
"""

import contextlib
import copy
import os
import shlex
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sesscore.errors import UsageError
from sesscore.wording import counted

if TYPE_CHECKING:
    from subprocess import Popen

    from sesscore.telemetry.statusfile import Tell

Event = Mapping[str, Any]

WAITING: Final = 100  # milestones, behind the one that is being delivered
TIMEOUT_SECONDS: Final = 10.0  # for one milestone
LAST_SECONDS: Final = 4.0  # for all that waits when the run is over, and once more for the very last
_END_SECONDS: Final = 1.0  # that a command may take to be ended
_LOOK_SECONDS: Final = 0.1  # between two looks at whether a command must end


class Undelivered(Exception):
    """A milestone did not arrive; its text says why."""


class Hook:
    """A sink that delivers milestones in a thread of its own.

    deliver: takes one; what it raises is said once and counted. name: of the hook. abandon: makes a delivery that is
    under way end, if that is possible.
    """

    interval = 3600.0
    wants_milestones = True

    def __init__(
        self,
        deliver: Callable[[dict[str, Any]], object],
        *,
        name: str,
        tell: "Tell",
        abandon: Callable[[], None] = lambda: None,
        last_seconds: float = LAST_SECONDS,
    ) -> None:
        self._deliver = deliver
        self._name = name
        self._tell = tell
        self._abandon = abandon
        self._last_seconds = last_seconds
        self._waiting: deque[dict[str, Any]] = deque()
        self._changed = threading.Condition()
        self._busy = False
        self._over = False
        self._thread: threading.Thread | None = None
        self.delivered = 0
        self.failed = 0
        self.dropped = 0

    def beat(self, document: Event) -> None:
        """Nothing: hooks are told of milestones only."""

    def milestone(self, event: Event) -> None:
        """Puts a milestone into the queue, in place of the oldest if it is full. Returns at once."""
        with self._changed:
            if self._over:
                return
            if len(self._waiting) == WAITING:
                self._waiting.popleft()
                self.dropped += 1
            self._waiting.append(copy.deepcopy(dict(event)))  # whoever gets it may change it
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sesscore-hook", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """Waits for what is under way, but not for long, and says what was lost."""
        with self._changed:
            if not self._drained(self._last_seconds):
                # Too slow for all of them: how the run ended is what somebody waits for.
                while len(self._waiting) > 1:
                    self._waiting.popleft()
                    self.dropped += 1
                self._abandon()
                if not self._drained(self._last_seconds):
                    self._abandon()
                    self._changed.wait_for(lambda: not self._busy, _END_SECONDS)
            self.dropped += len(self._waiting) + self._busy
            self._waiting.clear()
            self._over = True
            self._changed.notify_all()
            lost = self.dropped + max(0, self.failed - 1)  # the first one that failed was said
        if lost:
            self._tell(self._name, f"{counted(lost, 'more milestone')} did not arrive", "")

    def lost(self) -> int:
        """Milestones that were dropped, or whose delivery failed."""
        return self.dropped + self.failed

    def _drained(self, seconds: float) -> bool:
        return self._changed.wait_for(lambda: not self._waiting and not self._busy, seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting) or self._over)
                if not self._waiting:
                    return
                event = self._waiting.popleft()
                self._busy = True
            name = event["event"]
            problem = self._try(event)
            if problem and not self.failed:
                self._tell(self._name, f"the hook failed at `{name}`: {problem}", "")
            with self._changed:
                self._busy = False
                self.failed += bool(problem)
                self.delivered += not problem
                self._changed.notify_all()

    def _try(self, event: dict[str, Any]) -> str:
        """Delivers. Says what went wrong, if something did."""
        try:
            self._deliver(event)
        except Undelivered as error:
            return str(error)
        except BaseException as error:  # even a callback that wants to end the program: it is none of the work's
            return f"{type(error).__name__}: {error}"
        return ""


def callback(function: Callable[[dict[str, Any]], object], *, tell: "Tell") -> Hook:
    """A hook that calls a function with each milestone, in another thread than that of the work."""
    return Hook(function, name="on_event", tell=tell)


def command(words: Sequence[str], *, tell: "Tell", seconds: float = TIMEOUT_SECONDS) -> Hook:
    """A hook that runs a command for each milestone. words: program and arguments; see `words_of`."""
    run = Command(words, seconds)
    return Hook(run, name=f"--on-event {words[0]}", tell=tell, abandon=run.abandon)


def words_of(text: str) -> list[str]:
    """A command line cut into words as a shell would, and nothing else that a shell does. Raises UsageError."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"the command {text!r} cannot be understood: {error}", hint="close its quotes") from error
    if not words:
        raise UsageError("the command of --on-event is empty", hint="--on-event 'PROGRAM ARGUMENT…'")
    return words


class Command:
    """Runs a program with a milestone on its standard input, and ends it with all its children if it takes too long.

    It is the leader of a session of its own: Ctrl-C is for sesscore, not for it. Its output goes nowhere.
    """

    def __init__(self, words: Sequence[str], seconds: float) -> None:
        self._words = list(words)
        self._seconds = seconds
        self._abandoned = threading.Event()

    def abandon(self) -> None:
        """Ends the one that runs, if one does."""
        self._abandoned.set()

    def __call__(self, event: Event) -> None:
        """Delivers one milestone. Raises Undelivered."""
        import subprocess  # late: most runs have no hook

        from sesscore.render import json_text

        line = f"{json_text(event)}\n".encode("utf-8", "replace")
        self._abandoned.clear()
        try:
            process = subprocess.Popen(  # noqa: S603 - the user's own command, and no shell
                self._words,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise Undelivered(f"it cannot be run: {getattr(error, 'strerror', None) or error}") from error
        try:
            self._feed(process, line)
        finally:
            _end(process)
        if process.returncode:
            raise Undelivered(_ended(process.returncode))

    def _feed(self, process: "Popen[bytes]", line: bytes) -> None:
        """Gives it the line, if it wants it, and waits for its end."""
        from subprocess import TimeoutExpired

        until = time.monotonic() + self._seconds
        given: bytes | None = line
        while True:
            try:
                process.communicate(given, timeout=_LOOK_SECONDS)
            except TimeoutExpired:
                given = None
                if self._abandoned.is_set():
                    raise Undelivered("the run is over, and it had not ended") from None
                if time.monotonic() > until:
                    raise Undelivered(f"it did not end within {self._seconds:g} s") from None
            else:
                return


def _end(process: "Popen[bytes]") -> None:
    """Ends a program and what it started, if it still runs."""
    if process.poll() is None:
        import signal

        try:
            os.killpg(process.pid, signal.SIGKILL)
        except OSError:  # it has just ended, or left its group
            process.kill()
        process.wait()
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()


def _ended(code: int) -> str:
    return f"exit code {code}" if code > 0 else f"ended by signal {-code}"


def _environment() -> dict[str, str]:
    """Ours, but for the hook itself: a command that runs sesscore again must not start itself for ever."""
    return {name: value for name, value in os.environ.items() if not name.endswith("_ON_EVENT")}
