"""What SSH clients say: versions, key exchanges, public keys, and the data that they forward."""

import json
from hashlib import md5, sha256
from typing import NamedTuple

from sesscore.synth.draws import Drawn, Ranked, cut, escaped

_VERSIONS = cut(
    "Go|libssh2_1.8.0|PuTTY_Release_0.73|OpenSSH_7.4|libssh_0.9.6|paramiko_2.7.2|OpenSSH_8.9p1|JSCH-0.1.54|libssh2_1.4.3|"
    "AsyncSSH_2.1.0|OpenSSH_9.2p1 Debian-2|Renci.SshNet.SshClient.0.0.1|libssh-0.2|ZGrab ZGrab SSH Survey|OpenSSH_5.3|"
    "Nmap-SSH2-Hostkey|WinSCP_release_5.17|dropbear_2019.78|phpseclib_1.0|sshlib-0.1|TrileadSSH2Java_213|check_ssh_1.5|"
    "makiko-0.1|russh_0.40",
    at="|",
)
_KEX = cut(
    "curve25519-sha256 curve25519-sha256@libssh.org ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 "
    "diffie-hellman-group-exchange-sha256 diffie-hellman-group16-sha512 diffie-hellman-group14-sha256 "
    "diffie-hellman-group14-sha1 diffie-hellman-group1-sha1 ext-info-c"
)
_KEY = cut(
    "ecdsa-sha2-nistp256-cert-v01@openssh.com ssh-rsa-cert-v01@openssh.com ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 "
    "ecdsa-sha2-nistp521 rsa-sha2-512 rsa-sha2-256 ssh-rsa ssh-dss ssh-ed25519"
)
_ENC = cut(
    "chacha20-poly1305@openssh.com aes128-gcm@openssh.com aes256-gcm@openssh.com aes128-ctr aes192-ctr aes256-ctr "
    "aes128-cbc aes192-cbc aes256-cbc 3des-cbc blowfish-cbc arcfour256 arcfour128"
)
_MAC = cut(
    "umac-128-etm@openssh.com hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com hmac-sha2-256 hmac-sha2-512 "
    "hmac-sha1-96 hmac-sha1 hmac-md5"
)
_TARGETS = cut(
    "www.example.com mail.example.org shop.example.net api.example.com login.example.org cdn.example.net "
    "smtp.example.com check.example.org 203.0.113.10 203.0.113.77 198.51.100.25 198.51.100.80 192.0.2.200 "
    "2001:db8::80 2001:db8:5::1"
)
_PORTS = (80, 443, 443, 443, 25, 587, 993, 8080)


class Client(NamedTuple):
    """An SSH client: its fields of client.version and client.kex, arrays with and without spaces."""

    version: str
    spaced: dict[str, str]
    compact: dict[str, str]


class Clients(Drawn):
    """All clients of one made-up log."""

    def __init__(self, seed: int) -> None:
        """Make them up."""
        super().__init__(seed, "clients")
        self.known = Ranked([self._client(version) for version in _VERSIONS], 1)
        self.web = [self._request(host) for host in _TARGETS]
        self.tls = [self._hello(host) for host in _TARGETS * 3]
        self.keys = [self._key(number) for number in range(12)]

    def _client(self, version: str) -> Client:
        lists = {
            "kexAlgs": self.some_of(_KEX),
            "keyAlgs": self.some_of(_KEY),
            "encCS": self.some_of(_ENC),
            "macCS": self.some_of(_MAC),
            "compCS": ["none"] if self.random() < 0.6 else ["none", "zlib@openssh.com", "zlib"],
            "langCS": [""],
        }
        algorithms = ";".join(",".join(lists[name]) for name in ("kexAlgs", "encCS", "macCS", "compCS"))
        hassh = {"hassh": md5(algorithms.encode(), usedforsecurity=False).hexdigest(), "hasshAlgorithms": algorithms}
        return Client(
            f"SSH-2.0-{version}",
            {name: json.dumps(values) for name, values in lists.items()},
            hassh | {name: json.dumps(values, separators=(",", ":")) for name, values in lists.items()},
        )

    def strange_version(self, generation: str, draw: float) -> str:
        """What another protocol's first bytes look like in client.version: a web request, or a TLS ClientHello."""
        if draw < 0.3:
            raw = b"GET / HTTP/1.1"
        else:
            raw = b"\x16\x03\x01\x00\xee\x01\x00" + sha256(repr(draw).encode()).digest() + "\U0001f512".encode()
        if generation == "2020":
            return escaped(repr(raw))
        return escaped(repr(raw)[2:-1] if generation == "2026" else raw.decode(errors="replace"))

    def _key(self, number: int) -> dict[str, str]:
        """The fields of a public key."""
        name = self.digest(f"key{number}")
        digest = md5(name.encode(), usedforsecurity=False).hexdigest()
        return {
            "fingerprint": ":".join(digest[place : place + 2] for place in range(0, 32, 2)),
            "key": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ" + "/".join(self.digest(f"{name}{n}") for n in range(5)),
            "type": "ssh-rsa",
        }

    def target(self, draw: float) -> tuple[str, int]:
        """Where a forwarding request leads: host name or address, and port."""
        number = int(draw * len(_TARGETS) * len(_PORTS))
        return _TARGETS[number // len(_PORTS)], _PORTS[number % len(_PORTS)]

    def _request(self, host: str) -> str:
        """A web request as Python writes its bytes, without the quotes."""
        return escaped(repr(f"GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: client/{self.random():.3f}\r\n\r\n")[1:-1])

    def _hello(self, host: str) -> str:
        """A TLS ClientHello as Python writes its bytes, without the quotes: mostly literal \\x sequences."""
        noise = b"".join(sha256(f"{host}{self.random()!r}{n}".encode()).digest() for n in range(2))
        hello = repr(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + noise + host.encode() + b"\x00\x17\x00\x00")
        return escaped(hello[2:-1])
