"""The main job with the sesscore that is installed: a log is made, read twice, reported and verified.

    python tests/main_job.py [EVENTS]

Works in a folder of its own, needs nothing but what `pip install sesscore` brings, and starts no other program than
Python. Fails if a figure is not what the log was made with, or if it was not the installed sesscore that did it. Prints
a line that is the same wherever the same was found.
"""

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

COMPILED = ("_scan", "_fold", "_totals", "_packed")
MATCH_TYPES = ("full_delimited", "session_id_only", "event_session")


def sesscore(*arguments: str) -> str:
    """What a command prints; an exit code other than 0 ends everything."""
    program = [sys.executable, "-P", "-m", "sesscore", *arguments]
    return subprocess.run(program, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def document(*arguments: str) -> Any:
    """What a command prints as JSON."""
    return json.loads(sesscore(*arguments, "--db", "s.db", "--format", "json"))


def main_job(events: int) -> str:
    """Do it in the folder at hand, and say what was found."""
    sesscore("synth", "-n", str(events), "-o", "log.json", "--truth", "truth.json")
    sesscore("ingest", "log.json", "--db", "s.db", "--strict")
    sesscore("ingest", "log.json", "--db", "s.db", "--strict")  # nothing is counted again
    truth = json.loads(Path("truth.json").read_text("utf-8"))
    report, verified = document("report", "summary"), document("verify", "log.json")
    told = {name: report["totals"][name] for name in ("events", "sessions", "commands", "login_failed", "uploads")}
    told |= {name: report["matchers"][name] for name in MATCH_TYPES}
    made = {name: truth[name] for name in told}
    if told != made:
        sys.exit(f"main_job.py: the report says {told}, the log was made with {made}")
    if not verified["agrees"] or verified["recount"]["sessions"] != truth["sessions"]:
        sys.exit(f"main_job.py: not verified: {verified}")
    return f"{told['events']:,} events in {told['sessions']:,} sessions, content {verified['content_hash']}"


def is_installed(name: str) -> bool:
    """Whether a module is one of this environment's, and no other's."""
    found = find_spec(f"sesscore.{name}")
    return found is not None and Path(str(found.origin)).is_relative_to(sysconfig.get_path("platlib"))


def main(events: int) -> None:
    """Look at what is installed, then use it."""
    if missing := [name for name in ("cli", *COMPILED) if not is_installed(name)]:
        sys.exit(f"main_job.py: not installed here: {missing}")
    os.environ["SESSCORE_CONFIG"] = os.devnull
    with tempfile.TemporaryDirectory(prefix="sesscore-") as folder:
        os.chdir(folder)
        print(main_job(events))
        os.chdir("/")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
