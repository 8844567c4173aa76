"""The file for Prometheus: what its own parser makes of it, and that nothing of a log is in it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cases import event, lines
from prometheus_client.parser import text_string_to_metric_families
from telemetry_made import DOCUMENT, EVIL, document, moment, telling, unknown

from sesscore.errors import StorageError
from sesscore.telemetry import prometheus

DASHBOARD = Path(__file__).parents[1] / "contrib" / "grafana" / "sesscore.json"


def parsed(text: str) -> dict[str, Any]:
    """Families by name; the parser refuses what it does not understand."""
    families = list(text_string_to_metric_families(text))
    assert len({family.name for family in families}) == len(families)
    return {family.name: family for family in families}


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """All samples, without the labels that all have."""
    found = {}
    for family in parsed(text).values():
        for one in family.samples:
            own = {name: value for name, value in one.labels.items() if name not in ("command", "db", "sensor")}
            key = one.name, tuple(sorted(own.items()))
            assert key not in found
            found[key] = one.value
    return found


def sink(path: Path) -> prometheus.PrometheusFile:
    return prometheus.PrometheusFile(str(path), 1.0, telling([]))


def test_every_metric_is_there_with_what_it_is() -> None:
    text = prometheus.exposition(document(), 5.0)
    families = parsed(text)
    told = {
        metric.name.removesuffix("_total") if metric.kind == "counter" else metric.name: metric
        for metric in prometheus.METRICS
    }
    assert set(families) == {*told, prometheus.LAST_SUCCESS}
    for name, metric in told.items():
        assert (families[name].type, families[name].documentation) == (metric.kind, metric.help)
        assert metric.name.endswith("_total") == (metric.kind == "counter")
        assert metric.help.endswith(".")
    for family in families.values():
        for one in family.samples:
            assert {"command", "db", "sensor"} <= set(one.labels)


def test_the_figures_are_those_of_the_document() -> None:
    found = samples(prometheus.exposition(document(), 5.0))
    wanted = {
        ("sesscore_events_total", ()): 1_000,
        ("sesscore_sessions_new_total", ()): 12,
        ("sesscore_database_sessions", ()): 99,
        ("sesscore_sessions_matched", (("match_type", "session_id_only"),)): 1,
        ("sesscore_progress_ratio", ()): 0.43,
        ("sesscore_input_bytes", ()): 1e9,
        ("sesscore_eta_seconds", ()): 62,
        ("sesscore_transaction_seconds", (("of", "p99"),)): 0.5,
        ("sesscore_quarantine_records", (("reason", "torn"),)): 1,
        ("sesscore_cpu_seconds_total", (("mode", "system"),)): 2.5,
        ("sesscore_queue_depth", (("queue", "read_ahead"),)): 3,
        ("sesscore_sources", (("kind", "done"),)): 3,
        ("sesscore_start_timestamp_seconds", ()): 1767322985.678901,
        (prometheus.LAST_SUCCESS, ()): 5,
    }
    assert {key: found.get(key) for key in wanted} == pytest.approx(wanted)
    for state in prometheus.STATES:
        found = samples(prometheus.exposition(document(state=state), None))
        hot = {key[1][0][1] for key, value in found.items() if key[0] == "sesscore_state" and value}
        assert hot == {state}
        assert (prometheus.LAST_SUCCESS, ()) not in found


def test_what_is_unknown_is_not_there_and_bytes_are_bytes() -> None:
    for one in (unknown(), {**unknown(), "sensor": None}):
        names = {key[0] for key in samples(prometheus.exposition(one, None))}
        assert names <= {
            "sesscore_info",
            "sesscore_state",
            "sesscore_start_timestamp_seconds",
            "sesscore_update_timestamp_seconds",
        }
    names = {key[0] for key in samples(prometheus.exposition(document(progress__unit="pages"), None))}
    assert "sesscore_progress_ratio" in names
    assert not any(name.startswith("sesscore_input") for name in names)


def test_labels_are_escaped_and_none_is_from_a_log() -> None:
    """The path of the log that is read, the last error and reasons that we do not know are nowhere."""
    hostile = 'a"b\\c\nd\x1b\u202e}'
    error = {"at": moment(), "what": EVIL, "where": EVIL, "hint": EVIL, "exit_code": 7}
    made = document(sensor=hostile, db=hostile, sources__current__path=EVIL, checkpoint__source=EVIL, last_error=error)
    made["quarantine"]["reasons"] = {EVIL: 1, "torn": 2}
    text = prometheus.exposition(made, 1.0)
    assert "EVIL" not in text
    assert text.isascii()
    assert not any(ord(character) < 32 for character in text if character != "\n")
    labels = next(iter(parsed(text)["sesscore_wal_bytes"].samples)).labels
    assert labels == {"command": "ingest", "db": 'a"b\\c\\x0ad\\x1b\\u202e}', "sensor": 'a"b\\c\\x0ad\\x1b\\u202e}'}


def test_the_file_can_be_read_by_the_exporter_and_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "s.prom"
    one = sink(path)
    one.beat(document())
    first = path.stat()
    assert first.st_mode & 0o777 == 0o644
    one.beat(document(counters__events=2))
    assert path.stat().st_ino != first.st_ino
    assert samples(path.read_text())["sesscore_events_total", ()] == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["s.prom"]


def test_the_last_success_outlives_the_run(tmp_path: Path) -> None:
    """Until the next one; of runs that failed or were stopped there is none."""
    path = tmp_path / "s.prom"
    key = (prometheus.LAST_SUCCESS, ())
    sink(path).beat(document(state="failed", phase="failed"))
    assert key not in samples(path.read_text())
    sink(path).beat(document(state="complete", phase="complete", updated=moment(100)))
    good = samples(path.read_text())[key]
    assert good == pytest.approx(1767323045.678901 - 100)
    later = sink(path)
    for state, phase in (
        ("running", "reading"),
        ("degraded", "following"),
        ("stopped", "stopped"),
        ("failed", "failed"),
    ):
        later.beat(document(state=state, phase=phase))
        assert samples(path.read_text())[key] == good
    later.beat(document(state="running", phase="following"))
    assert samples(path.read_text())[key] == pytest.approx(good + 100)
    sink(path).beat(document(db="/another.db"))
    assert key not in samples(path.read_text())


@pytest.mark.parametrize("before", [b"", b"\xff\x00garbage\n" * 100, f"{prometheus.LAST_SUCCESS} nonsense\n".encode()])
def test_whatever_stood_there_before(tmp_path: Path, before: bytes) -> None:
    (tmp_path / "s.prom").write_bytes(before)
    sink(tmp_path / "s.prom").beat(document())
    assert parsed((tmp_path / "s.prom").read_text())


def test_a_file_that_cannot_be_written_is_said_once_and_tried_again(tmp_path: Path) -> None:
    folder, said = tmp_path / "folder", []
    with pytest.raises(StorageError) as caught:
        prometheus.PrometheusFile(str(folder / "s.prom"), 1.0, telling(said))
    assert caught.value.exit_code == 7
    folder.mkdir()
    one = prometheus.PrometheusFile(str(folder / "s.prom"), 1.0, telling(said))
    folder.rmdir()
    one.beat(document())
    one.beat(document())
    assert said == [f"the file for Prometheus cannot be written: No such file or directory ({folder / 's.prom'})"]
    folder.mkdir()
    one.beat(document())
    assert (folder / "s.prom").exists()


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool")
def test_promtool_finds_nothing_to_say() -> None:
    text = prometheus.exposition(document(), 5.0)
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


# The dashboard


def board() -> dict[str, Any]:
    return json.loads(DASHBOARD.read_text("utf-8"))


def labels(text: str) -> dict[str, set[str]]:
    """The names of metrics, with those of the labels that all of their samples have."""
    found: dict[str, set[str]] = {}
    for family in parsed(text).values():
        for one in family.samples:
            found.setdefault(one.name, set(one.labels)).intersection_update(one.labels)
    return found


def written(folder: Path) -> str:
    """The file of an ingest that quarantined something."""
    log, file = folder / "cowrie.json", folder / "s.prom"
    log.write_bytes(lines(event("a")) + b"no record\n")
    command = [sys.executable, "-P", "-m", "sesscore", "ingest", str(log), "--db", str(folder / "s.db")]
    subprocess.run([*command, "--prometheus-file", str(file)], check=True, capture_output=True)
    return file.read_text("utf-8")


def test_the_dashboard_asks_for_metrics_that_an_ingest_writes(tmp_path: Path) -> None:
    """Each with labels that this very metric has."""
    known = labels(written(tmp_path))
    # When it is over there is no such log any more.
    known["sesscore_wal_bytes"] = labels(prometheus.exposition(DOCUMENT, 1.0))["sesscore_wal_bytes"]
    asked = set()
    for panel in board()["panels"]:
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        for target in panel["targets"]:
            [name] = re.findall(r"\bsesscore_\w+", target["expr"])
            asked.add(name)
            assert name in known
            assert set(re.findall(r"(\w+)=~?\"", target["expr"])) <= known[name]
            assert set(re.findall(r"{{(\w+)}}", target.get("legendFormat", ""))) <= known[name]
    needed = {"state", "input_read_bytes_per_second", "progress_ratio", "eta_seconds", "quarantined_total", "wal_bytes"}
    needed |= {"sessions_new_total", "transaction_seconds", "memory_bytes", "last_success_timestamp_seconds"}
    assert {f"sesscore_{name}" for name in needed} <= asked
    for variable in board()["templating"]["list"]:
        for name, label in re.findall(r"label_values\((\w+), (\w+)\)", str(variable["query"])):
            assert label in known[name]


def test_its_panels_have_numbers_and_places_of_their_own() -> None:
    panels = board()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) >= 9
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert cells
        assert all(0 <= x < 24 for x, _ in cells)
        assert not cells & taken
        taken |= cells
        assert panel["title"]
        assert panel["description"]
