"""docs/telemetry.md has every key with its unit, and documents that a run writes today; and what older readers read.

SESSCORE_UPDATE_DOCS=1 writes them anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingested import did, visit, write
from told import Kept, Told

from sesscore import schemas
from sesscore.ingest import ingest
from sesscore.telemetry.document import Documents
from sesscore.telemetry.run import Run

PAGE = Path(__file__).parents[1] / "docs" / "telemetry.md"
UPDATE = os.environ.get("SESSCORE_UPDATE_DOCS") == "1"
# What differs from run to run, and from machine to machine.
VOLATILE = re.compile(
    r'"(run_id|pid|hostname|process_started|\w*started|updated|at|\w*_seconds|seconds|seconds_ago|\w+_sec|now_bytes|peak_bytes|'
    r'db_bytes|wal_bytes|depth|limit|writes|stored_offset)": ("[^"]*"|[^,\n}]+)'
)  # fmt: skip
CPU = re.compile(r'("cpu": \{[^}]*"percent": )[^,\n}]+')


def rows(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, str, str]]:
    """Each key with its type and what it means, those within others after them."""
    for name, one in schema.get("properties", {}).items():
        where = f"{path}{name}"
        yield where, kind(one), one.get("description", "")
        yield from rows(one, f"{where}.")


def kind(one: dict[str, Any]) -> str:
    if "enum" in one or "const" in one:
        return ", ".join(json.dumps(value).strip('"') for value in one.get("enum", [one.get("const")]))
    told = one.get("type", "")
    return " or ".join(told) if isinstance(told, list) else str(told)


def table(found: list[tuple[str, str, str]]) -> str:
    lines = [f"| `{where}` | {types} | {says} |" for where, types, says in found]
    return "\n".join(["| key | type | |", "|---|---|---|", *lines])


def milestones() -> str:
    told = schemas.schema_of("milestone")
    lines = []
    for one in told["oneOf"]:
        own = ", ".join(f"`{name}`" for name in one["properties"] if name != "event")
        lines.append(f"| `{one['title']}` | {one['description']} | {own} |")
    common = ", ".join(f"`{name}`" for name in told["required"])
    return "\n".join([f"All have {common}.", "", "| event | when | and |", "|---|---|---|", *lines])


def tables() -> dict[str, str]:
    status = schemas.schema_of("status")
    found = list(rows(status))
    older = {name for name in status["properties"] if name not in status["required"]}
    old = [one for one in found if one[0].split(".")[0] in older or one[2].startswith("older")]
    return {
        "status": table([one for one in found if one not in old]),
        "older": table([one for one in old if "." not in one[0] or one[2]]),
        "milestones": milestones(),
    }


def examples(folder: Path) -> dict[str, str]:
    """The documents of a small ingest, as they are printed."""
    many = [one for number in range(40) for one in visit(f"s{number:03}", number * 50)]
    bad = {"eventid": "cowrie.session.connect", "session": "no time"}
    paths = write(folder / "logs", a=many[:180], b=[*many[170:], bad, did("s001", 9, "log.closed")])
    sizes = tuple(Path(path).stat().st_size for path in paths)
    run, kept = Told(db=str(folder / "sesscore.db"), sensor="dshield", sizes=sizes), Kept()
    run.listening = True
    run._made = Documents(run, compat=False)
    ingest(paths, db=str(folder / "sesscore.db"), sensor="dshield", run=run, block_bytes=8000, commit_bytes=16_000)
    kept.milestones = [Documents(run).milestone(event) for event in run.milestones]
    reading = [one for one in run.documents if one["phase"] == "reading" and one["checkpoint"]["transactions"]]
    first = {event["event"]: event for event in reversed(kept.milestones)}
    lines = [json.dumps(first[name]) for name in ("checkpoint", "source_finished", "quarantined", "finished")]
    told = {"running": json.dumps(reading[len(reading) // 2], indent=2), "milestones": "\n".join(lines)}
    return {name: text.replace(str(folder), "/var/lib/sesscore") for name, text in told.items()}


def masked(text: str) -> str:
    return CPU.sub(r"\1…", VOLATILE.sub(r'"\1": …', text))


def test_the_page_is_up_to_date(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    now = page
    for name, text in tables().items():
        now = re.sub(
            rf"(<!-- table: {name} -->\n).*?(?=\n\n(?:#|<!--|With `|What the|Every))|(<!-- table: {name} -->\n)",
            lambda found, text=text: f"{found[1] or found[2]}\n{text}",
            now,
            count=1,
            flags=re.DOTALL,
        )
    for name, text in examples(tmp_path).items():
        now = re.sub(
            rf"(<!-- example: {name} -->\n```json\n).*?(?=```)",
            lambda found, text=text: f"{found[1]}{text}\n",
            now,
            count=1,
            flags=re.DOTALL,
        )
    if UPDATE:
        if masked(now) != masked(page):
            PAGE.write_text(now, "utf-8")
        return
    assert masked(now) == masked(page)


def test_every_key_says_what_it_is() -> None:
    status = schemas.schema_of("status")
    assert [where for where, _, says in rows(status) if where.split(".")[0] in status["required"] and not says] == []


# The older tools' readers, as far as what they read of a file goes


def dashboard(status: dict[str, Any]) -> str:
    """A row of the oldest one for a sensor, with its age; and the orchestrator's line."""
    files = f"{status.get('processed_files', 0):>5}/{status.get('total_files', 0):<5}"
    age = max(0, 10**10 - int(status.get("timestamp", 0)))
    row = f"{status.get('sensor', '?'):<16}{status.get('state', '?'):<20}{files}"
    row += f" {status.get('current_file', ''):<40}{age:>6d}"
    done, all_ = status["sessions_processed"], status["total_sessions"]
    return f"{row} {100 * done / all_ if all_ else 0:.1f} %"


def monitor(status: dict[str, Any]) -> list[str]:
    """What the later one prints when something changed: it takes a file with `metrics`, else one with flat keys."""
    phases = status.get("phases") or {status.get("phase", "unknown"): status}
    told = []
    for name, phase in phases.items():
        metrics, checkpoint, dead = phase.get("metrics"), phase.get("checkpoint"), phase.get("dead_letter")
        if not metrics:
            told.append(f"{status['state']} {status['processed_files']:d}/{status['total_files']:d}")
            continue
        told.append(
            f"{name} {phase['ingest_id'][:8]} {phase['last_updated'][:19]} files {metrics['files_processed']:,d} "
            f"read {metrics['events_read']:,d} inserted {metrics['events_inserted']:,d} "
            f"quarantined {metrics['events_quarantined']:,d} duplicates {metrics['duplicates_skipped']:,d} "
            f"{metrics.get('events_per_second', 0.0):.1f}/s {metrics['duration_seconds']:.1f} s "
            f"batch {checkpoint['batch_index']:d} {checkpoint['source'].rsplit('/', 1)[-1]}:{checkpoint['offset']:d} "
            f"{len(checkpoint.get('sessions', [])):d} dead {dead['total']:d} {dead.get('last_reason', ''):s}"
        )
        if metrics["events_read"] and metrics["events_quarantined"] / metrics["events_read"] > 0.1:
            told.append("too much is quarantined")
    return told


def later_form(status: dict[str, Any]) -> str:
    """What version 2 added: where progress has a rate and an ETA they are numbers."""
    assert status["version"] == 2
    progress, elapsed = status["progress"], status["elapsed"]
    numbers = [f"{progress[name]:.2f}" for name in ("percent", "rate_per_sec", "eta_seconds") if progress.get(name)]
    assert {**status, **status["legacy_format"]} == status  # the flat keys once more
    told = f"{status['timestamp_iso']} {status['hostname']} {elapsed['total_seconds']:.1f} {numbers}"
    return f"{told} {status['files']['total']:d}"


def test_older_readers_read_every_document(tmp_path: Path) -> None:
    """From the first, in which little is known, to the last. The bug of theirs, 543 %, is none of ours."""
    paths = write(tmp_path / "logs", a=visit("a"), b=[*visit("b"), {"eventid": "x"}], c=b"no log\n")
    run = Told(db=str(tmp_path / "s.db"))
    ingest(paths, db=str(tmp_path / "s.db"), run=run, block_bytes=500, commit_bytes=500)
    documents = [json.loads(json.dumps(document)) for document in run.documents]
    for document in [*documents, json.loads(json.dumps(Documents(Run("db backup")).make()))]:
        assert dashboard(document).strip()
        assert "dead" in monitor(document)[0]
        assert later_form(document)
        assert document["phase"] == document["state"] or document["state"] == "running"
    last = documents[-1]
    assert "complete" in dashboard(last)
    assert "    3/3    " in dashboard(last)
    assert "inserted 18 " in monitor(last)[0]
    assert "dead 2 " in monitor(last)[0]
