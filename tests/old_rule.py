"""How many sessions the tools before this one saw, by their own rule, for the figures in docs/sessions.md.

A session was an id among the lines that have a `src_ip` and a `shasum` or a `ttylog`: those of file transfers and of
closed terminals. Who only connected, or only guessed passwords, did not exist. Lines that are no JSON object were
passed over, and ids of different sensors were one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable


def old_sessions(lines: Iterable[bytes]) -> set[str]:
    """The ids that the old rule finds in the lines of logs."""
    found = set()
    for line in lines:
        if b'"shasum"' not in line and b'"ttylog"' not in line:
            continue
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if not isinstance(event, dict) or "src_ip" not in event or "session" not in event:
            continue
        if "shasum" in event or "ttylog" in event:
            found.add(str(event["session"]))
    return found
