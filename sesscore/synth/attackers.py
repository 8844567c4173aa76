"""What an attacker does with a connection, event by event."""

from collections.abc import Iterator
from datetime import timedelta

from sesscore.synth.clients import Client
from sesscore.synth.connection import EPOCH, MILLISECOND, SECOND, Connection, Row
from sesscore.synth.shapes import PYTHON2
from sesscore.synth.words import Script, Step

STRANGE_VERSION = 0.003  # other protocols on the SSH port, of all real connections
_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of nothing
_OPTIONS = (("WILL", "NAWS", 31), ("WONT", "TERMINAL-TYPE", 24), ("DO", "SGA", 3), ("DO", "ECHO", 1))


class Attack(Connection):
    """A connection with what real ones were seen to do, about as often."""

    channels = 0

    def acts(self) -> Iterator[Row]:
        """The events between connect and close."""
        return self._telnet() if self.protocol == "telnet" else self._ssh()

    # Logging in

    def _ssh(self) -> Iterator[Row]:
        draw = self.random()
        if draw < 0.04 and not self.marathon:  # a scan of the port
            self.wait(10 * MILLISECOND, 10 * SECOND)
            return
        self.wait(5 * MILLISECOND, 400 * MILLISECOND)
        yield from self._hello()
        if draw < 0.16 and not self.marathon:  # a scan of the service; many are cut by the idle time-out of 120 s
            self.clock += 120 * SECOND if draw < 0.06 else SECOND
            return
        if draw < 0.66:
            yield from self._failures(self.marathon or self._tries())
        elif draw < 0.68 and self.generation in ("2024", "2026"):
            yield from self._public_key()
        else:
            yield from self._entry(draw)

    def _hello(self) -> Iterator[Row]:
        """The client's version and, where that is an event of its own, its key exchange."""
        client = self.clients.known.pick(self.random())
        strange = self.random() < STRANGE_VERSION
        version = self.clients.strange_version(self.generation, self.random()) if strange else self._version(client)
        self.fields["version"] = version
        self.fields.update(client.spaced if self.generation in PYTHON2 else client.compact)
        yield self.event("client.version")
        if self.generation in PYTHON2 or strange:
            return
        self.wait(MILLISECOND, 200 * MILLISECOND)
        yield self.event("client.kex")
        if self.generation == "2026" and self.random() < 0.002:
            self.fields.update(messagenum=20, datalen=40, data="14" + self.words.digest(self.session))
            self.wait(MILLISECOND, 50 * MILLISECOND)
            yield self.event("client.malformed_packet")

    def _version(self, client: Client) -> str:
        """Versions 1.6 to 2.2 logged the text of a Python bytes object."""
        if self.generation != "2020":
            return client.version
        return f"b'{client.version}'" if self.random() < 0.97 else f"'{client.version}'"

    def _tries(self) -> int:
        draw = self.random()
        if draw < 0.62:
            return 1
        return 2 + int((draw - 0.62) * 15) if draw < 0.95 else 7 + int(self.random() * 20)

    def _try(self, kind: str) -> Row:
        self.wait(200 * MILLISECOND, 1500 * MILLISECOND)
        self.fields["username"], self.fields["password"] = self.words.credentials(self.random(), self.random())
        return self.event(kind)

    def _failures(self, tries: int) -> Iterator[Row]:
        for _ in range(tries):
            yield self._try("login.failed")

    def _public_key(self) -> Iterator[Row]:
        self.fields.update(self.clients.keys[int(self.random() * len(self.clients.keys))], username="root")
        self.wait(100 * MILLISECOND, SECOND)
        yield self.event("client.fingerprint")
        self.wait(MILLISECOND, 2 * MILLISECOND)
        yield self.event("login.success/key" if self.random() < 0.03 else "login.failed/key")

    def _entry(self, draw: float) -> Iterator[Row]:
        """A log-in that succeeds, and what it is used for."""
        if self.random() < 0.2:
            yield from self._failures(1 + int(self.random() * 3))
        yield self._try("login.success")
        if draw < 0.86:
            yield from self._forwarding()
        elif draw < 0.985:
            yield from self._shell()
        elif draw < 0.99:
            yield from self._upload()

    # What it is used for

    def _forwarding(self) -> Iterator[Row]:
        draw = self.random()
        requests = self.marathon or (1 if draw < 0.6 else 2 + int((draw - 0.6) * 20) if draw < 0.95 else 40)
        zero = self.random() < 0.65  # most clients claim port 0 of no address as the origin
        self.fields["from_ip"] = "0.0.0.0" if zero else "127.0.0.1"  # noqa: S104 (text of an event)
        for number in range(requests):
            self.wait(50 * MILLISECOND, 1500 * MILLISECOND)
            self.fields["to_ip"], self.fields["to_port"] = self.clients.target(self.random())
            self.fields["from_port"] = 0 if zero else 1024 + int(self.random() * 64_000)
            self.fields["id"] = number
            yield self.event("direct-tcpip.request")
            if self.random() < 0.4:
                yield from self._forwarded_data()

    def _forwarded_data(self) -> Iterator[Row]:
        self.wait(MILLISECOND, 200 * MILLISECOND)
        secure = self.fields["to_port"] in (443, 587, 993)
        payloads = self.clients.tls if secure else self.clients.web
        data = payloads[int(self.random() * len(payloads))]
        self.fields["data"] = f"'{data}'" if self.generation in PYTHON2 else f"b'{data}'"
        if self.generation == "2026":
            digest = self.words.digest(data[-80:])
            self.fields["ja4"] = f"t13d1516h2_{digest[:12]}_{digest[12:24]}"
            self.fields["ja4h"] = f"ge11nn020000_{digest[:12]}_000000000000_000000000000"
            yield self.event("direct-tcpip.ja4" if secure else "direct-tcpip.ja4h")
            self.wait(0, MILLISECOND)
        yield self.event("direct-tcpip.data")

    def _upload(self) -> Iterator[Row]:
        for _ in range(1 + int(self.random() * 3)):
            self.fields["filename"], self.fields["shasum"] = self.words.upload(self.random())
            self.wait(200 * MILLISECOND, 3 * SECOND)
            yield self.event("session.file_upload")

    def _telnet(self) -> Iterator[Row]:
        draw = self.random()
        self.wait(MILLISECOND, 500 * MILLISECOND)
        if self.generation == "2026":
            for command, name, byte in _OPTIONS[: int(self.random() * 5)]:
                self.fields.update(command=command, option_name=name, option_byte=byte)
                yield self.event("telnet.option")
                self.wait(0, MILLISECOND)
        if draw < 0.2:
            return
        yield from self._failures(self._tries())
        if draw > 0.65:
            yield self._try("login.success")
            yield from self._shell()

    # The shell

    def _shell(self) -> Iterator[Row]:
        if self.random() < 0.1 and self.protocol == "ssh":
            yield from self._terminal()
        script = self.words.scripts.pick(self.random())
        steps = 0
        while True:
            if script.channels:
                for step in script.steps:
                    yield from self._channel(script, (step,))
            else:
                yield from self._channel(script, script.steps)
            steps += len(script.steps)
            if steps >= self.marathon:
                return
            script = self.words.scripts.pick(self.random())

    def _terminal(self) -> Iterator[Row]:
        self.wait(10 * MILLISECOND, 300 * MILLISECOND)
        self.fields.update(width=80 + int(self.random() * 120), height=24 + int(self.random() * 40))
        yield self.event("client.size")
        if self.random() < 0.3:
            self.fields.update(name="LANG", value="C.UTF-8" if self.random() < 0.6 else "en_GB.UTF-8")
            self.wait(0, 5 * MILLISECOND)
            yield self.event("client.var")

    def _channel(self, script: Script, steps: tuple[Step, ...]) -> Iterator[Row]:
        """One channel with its recording: 2018 opens a log, later versions name the architecture."""
        self.wait(5 * MILLISECOND, 500 * MILLISECOND)
        opened = self.clock
        if self.generation in PYTHON2:
            self.fields["ttylog"] = self._recording()
            yield self.event("log.open")
        else:
            self.fields["arch"] = "linux-x64-lsb" if self.random() < 0.9 else "bsd-mips64-msb"
            yield self.event("session.params")
        self.channels += 1
        for step in steps:
            yield from self._step(step)
        self.wait(5 * MILLISECOND, 300 * MILLISECOND)
        self.lasted(opened)
        empty = self.random() < 0.01
        self.fields["shasum"] = _EMPTY if empty else script.shasum
        self.fields["size"] = 305 if empty else 60 + len(steps) * 83
        self.fields["duplicate"] = "true" if self.random() < 0.9 else "false"
        if self.generation == "2026" and self.random() < 0.01 and not self.late:
            names = ("shasum", "size", "duplicate", "duration", "after")
            self.late = "log.closed/late", {name: self.fields[name] for name in names}
            return
        yield self.event("log.closed")

    def _recording(self) -> str:
        """The path of a recording before v1.5: by time, session and channel; Telnet knew no session."""
        opened = (EPOCH + timedelta(microseconds=self.clock)).strftime("%Y%m%d-%H%M%S")
        session = "None" if self.protocol == "telnet" else self.session
        return f"log/tty/{opened}-{session}-{self.channels}i.log"

    def _step(self, step: Step) -> Iterator[Row]:
        self.wait(20 * MILLISECOND, 1500 * MILLISECOND)
        fields = self.fields
        text = step.input.replace("\0", self.words.password(self.random())) if step.secret else step.input
        fields["input"] = text
        yield self.event("command.input")
        if self.generation == "2017" and step.effect != "command.failed":
            # The shell of that time also logged each part of a line that it knew.
            for part in (text,) if step.secret else step.parts:
                fields["input"] = part
                self.wait(0, 4 * MILLISECOND)
                yield self.event("command.success")
        if step.effect:
            yield from self._effect(step)

    def _effect(self, step: Step) -> Iterator[Row]:
        quick = step.effect in ("command.failed", "session.file_download/redir")
        self.wait(MILLISECOND, 5 * MILLISECOND if quick else 4 * SECOND)
        self.fields.update(step.fields)
        self.fields["unique"] = self.fields["duplicate"] = "false"
        if self.generation == "2026" and step.effect == "session.file_download" and self.random() < 0.02:
            self.late = self.late or ("session.file_download/late", dict(step.fields))
            return
        yield self.event(step.effect)
