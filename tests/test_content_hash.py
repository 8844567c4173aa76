"""The content hash: the same for the same events, however they came; another for any other."""

import gzip
import hashlib
import itertools
import json
import random

import pytest
from cases import CASES, lines
from compare import reading
from hashes import hashed, oracle_hash
from ingested import changing, database, did, visit, write

from sesscore import parts, synth
from sesscore.contenthash import hash_of
from sesscore.ingest import ingest
from sesscore.recount import SourceBytes, recount


@pytest.fixture(scope="module")
def log():
    """1,500 events of several generations and sensors over eleven days."""
    return list(synth.generate(1500, days=11, seed=5, sensors=3))


@pytest.fixture(scope="module")
def once(log, tmp_path_factory):
    return hashed(database(tmp_path_factory.mktemp("once"), log=b"".join(log)))


def test_the_recount_gives_the_same_hash(log, once):
    assert once == oracle_hash(recount([SourceBytes("log", b"".join(log), True)]))


@pytest.mark.parametrize("case", CASES[::5], ids=lambda case: case.name)
def test_the_recount_gives_the_same_hash_in_corners(case, tmp_path):
    paths = []
    for name, data, growable in case.sources:
        path = tmp_path / name
        path.write_bytes(data if growable else gzip.compress(data, 1))
        paths.append(str(path))
    options = {"sensor": case.sensor, "assume_utc_offset_minutes": case.assume_utc_offset_minutes}
    ingest(paths, db=str(tmp_path / "s.db"), **options)
    expected = oracle_hash(recount([SourceBytes(*source) for source in case.sources], **options))
    assert hashed(str(tmp_path / "s.db")) == expected


def test_nothing_has_the_hash_of_nothing(tmp_path):
    assert hashed(database(tmp_path, a=b"")) == hash_of([]) == hashlib.sha256().hexdigest()


def test_the_order_of_files_does_not_matter(log, once, tmp_path):
    files = {name: b"".join(log[i::3]) for i, name in enumerate("abc")}
    for number, order in enumerate(itertools.permutations(files)):
        assert hashed(database(tmp_path / str(number), **{name: files[name] for name in order})) == once


def test_many_passes_are_one(log, once, tmp_path):
    path, db = tmp_path / "log.json", str(tmp_path / "s.db")
    whole = b"".join(log)
    for end in (1, 5000, 5001, len(whole) // 2, len(whole)):
        path.write_bytes(whole[:end])
        ingest([str(path)], db=db)
    assert hashed(db) == once
    ingest([str(path)], db=db, block_bytes=1000)
    assert hashed(db) == once


def test_blocks_copies_and_the_slow_way(log, once, tmp_path):
    paths = write(tmp_path, a=b"".join(log), b=b"".join(log[::-1]))
    for number, options in enumerate(({"block_bytes": 1 << 12}, {"fast": False})):
        db = str(tmp_path / f"{number}.db")
        for path in (*paths, *reversed(paths)):
            ingest([path], db=db, **options)
        assert hashed(db) == once


def test_other_shapes(log, once, tmp_path):
    packed = tmp_path / "log.gz"
    packed.write_bytes(gzip.compress(b"".join(log), 1))
    ingest([str(packed)], db=str(tmp_path / "gz.db"))
    assert hashed(str(tmp_path / "gz.db")) == once
    shuffled = [json.loads(line) for line in log]
    draw = random.Random(1)
    draw.shuffle(shuffled)
    for event in shuffled:
        fields = list(event.items())
        draw.shuffle(fields)
        event.clear()
        event.update(fields)
    assert hashed(database(tmp_path / "array", a=json.dumps(shuffled, indent=1).encode())) == once


def test_one_byte_of_one_command_changes_it(log, once, tmp_path):
    number = next(i for i, line in enumerate(log) if b'"cowrie.command.input"' in line)
    event = json.loads(log[number])
    event["input"] = event["input"][:-1] + ("y" if event["input"][-1] == "x" else "x")
    changed = [*log[:number], lines(event), *log[number + 1 :]]
    assert hashed(database(tmp_path, a=b"".join(changed))) != once


@pytest.mark.parametrize(
    "change",
    ["started_us = started_us + 1", "closed_ms = closed_ms + 1", "session_id = 'b'", "event_count = 1",
     "src_port = NULL", "hassh_id = 0", "delimiters = 1", "sensor_id = 2"],
)  # fmt: skip
def test_every_column_counts(change, tmp_path):
    db = database(tmp_path, a=visit("a"))
    before = hashed(db)
    with changing(db) as connection:
        connection.execute("INSERT INTO sensor VALUES (2, 'other')")
        assert hashed(db) == before
        connection.execute(f"UPDATE session SET {change}")
    assert hashed(db) != before


def test_what_is_no_content_does_not_count(tmp_path):
    db = database(tmp_path, a=visit("a"))
    before = hashed(db)
    with changing(db) as connection:
        connection.execute("UPDATE session SET vt_flagged = 1, dshield_flagged = 0, session_key = session_key + 7")
        connection.execute("UPDATE session_part SET session_key = session_key + 7")
        for table in ("ledger", "quarantine", "checkpoint", "session_source", "source", "rollup_event"):
            connection.execute(f"DELETE FROM {table}")
    assert hashed(db) == before


def test_activities_of_one_moment_by_kind_then_fingerprint(tmp_path):
    kinds = ("command.input", "session.file_upload", "login.failed", "session.file_download", "command.failed")
    events = [did("a", 1, kind, input=str(n), username=str(n)) for n in range(4) for kind in kinds]
    found = {hashed(database(tmp_path / name, a=lines(*some))) for name, some in (("x", events), ("y", events[::-1]))}
    assert found == {oracle_hash(recount([SourceBytes("a", lines(*events), True)]))}


def test_it_does_not_depend_on_what_is_kept_in_memory(log, once, tmp_path, monkeypatch):
    db = database(tmp_path, log=b"".join(log))
    for budget in (0, 2000, 20_000):
        monkeypatch.setattr(parts, "_BUDGET", budget)
        assert hashed(db) == once


def test_a_session_of_many_parts(tmp_path):
    events = [did("a", n // 7, "command.input", input=str(n)) for n in range(5000)]
    db = database(tmp_path, a=events[::2], b=events[1::2])
    with reading(db) as connection:
        assert connection.execute("SELECT count(*) FROM part").get > 2
    assert hashed(db) == oracle_hash(recount([SourceBytes("a", lines(*events), True)]))
