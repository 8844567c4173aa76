"""The keys of the older tools' status files, beside ours, so that what reads them goes on (docs/telemetry.md).

Three generations wrote them: flat ones, the same with `version` 2 and a copy under `legacy_format`, and those with
`ingest_id` and `metrics`. Their readers compute with the numbers, so none of these is null.
"""

import os
from typing import Any

from sesscore.telemetry.run import Run


def older_keys(document: dict[str, Any], run: Run, clock: float) -> None:
    """Adds them to a document of a run. clock: the time on the wall."""
    counters, sources = document["counters"], document["sources"]
    current = sources["current"] or {"path": "", "offset": 0}
    elapsed = document["elapsed"]["total_seconds"]
    done = sources["done"]
    flat = {
        "sensor": document["sensor"] or "",
        "pid": document["pid"],
        "state": document["state"],
        "total_files": done if sources["total"] is None else sources["total"],
        "processed_files": done,
        "current_file": current["path"],
        "db_path": document["db"] or "",
        "run_dir": os.path.dirname(document["db"] or ""),  # noqa: PTH120 - each beat
        "timestamp": int(clock),
        "log_entries": counters["lines"],
        "log_entries_indexed": counters["events"] + counters["duplicates"],
        "elapsed_secs": elapsed,
        "total_sessions": counters["sessions_new"],
        "sessions_processed": counters["sessions_new"],
    }
    last_updated = document["updated"].removesuffix("Z") + "+00:00"
    matched = {name: document["sessions"][name] for name in ("full_delimited", "session_id_only", "event_session")}
    document |= flat
    document |= {
        "version": 2,
        "timestamp_iso": document["updated"][:19] + "Z",
        "files": {"total": flat["total_files"], "processed": done, "current": current["path"]},
        "details": {"match_type_counts": matched},
        "legacy_format": flat,
        "ingest_id": run.run_id,
        "last_updated": last_updated,
        "metrics": _metrics(document, current, elapsed),
        "dead_letter": _dead_letter(document, current, last_updated),
    }
    document["checkpoint"] |= _checkpoint(document)


def _metrics(document: dict[str, Any], current: dict[str, Any], elapsed: float) -> dict[str, Any]:
    counters, checkpoint, sources = document["counters"], document["checkpoint"], document["sources"]
    rate = counters["events"] / elapsed if elapsed else 0.0
    return {
        "ingest_id": document["run_id"],
        "files_processed": sources["done"],
        "events_read": counters["lines"] - counters["blank"],
        "events_inserted": counters["events"],
        "events_quarantined": counters["quarantined"],
        "events_invalid": 0,
        "duplicates_skipped": counters["duplicates"],
        "batches_committed": checkpoint["transactions"],
        "batches_quarantined": 0,
        "dead_letters_inserted": counters["quarantined"],
        "last_source": current["path"] or checkpoint["source"] or "",
        "last_offset": current["offset"] or checkpoint["offset"] or 0,
        "duration_seconds": elapsed,
        "flush_failures": 0,
        "circuit_break_active": document["state"] == "degraded",
        "cooldowns_applied": 0,
        "events_per_second": round(rate, 2),
        "events_per_file": round(counters["events"] / max(1, sources["done"]), 2),
    }


def _dead_letter(document: dict[str, Any], current: dict[str, Any], last_updated: str) -> dict[str, Any]:
    quarantine = document["quarantine"]
    reason = next(reversed(quarantine["reasons"]), "")
    return {
        "total": quarantine["records"],
        "last_reason": reason,
        "last_source": current["path"] if reason else "",
        "last_updated": last_updated,
    }


def _checkpoint(document: dict[str, Any]) -> dict[str, Any]:
    """Those beside ours of the same meaning, `source` and `offset`, which there are null while nothing is committed."""
    checkpoint, committed = document["checkpoint"], document["committed"]
    return {
        "ingest_id": document["run_id"],
        "source": checkpoint["source"] or "",
        "offset": checkpoint["offset"] or 0,
        "batch_index": checkpoint["transactions"],
        "events_inserted": committed["events"],
        "events_quarantined": committed["quarantined"],
        "sessions": [],
        "created_at": checkpoint["at"] or "",
    }
