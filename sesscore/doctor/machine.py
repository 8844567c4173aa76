"""Processors, memory, open files and the clock."""

import os
import resource
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sesscore.doctor.findings import Asked, Section
from sesscore.wording import readable

ENOUGH_MEMORY: Final = 300 << 20  # docs/operations.md, "Sizing"
ENOUGH_FILES: Final = 256  # a follower holds 64 logs open
_CGROUP: Final = Path("/sys/fs/cgroup")


def look(asked: Asked) -> Section:
    """All that bounds a run, and whether times can be right."""
    section = Section()
    limit, files = _memory_limit(), resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    now = datetime.now(UTC)
    section.facts = {
        "processors": os.cpu_count() or 1,
        "processors_usable": _usable(),
        "memory_bytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "memory_limit_bytes": limit,
        "open_files": None if files == resource.RLIM_INFINITY else files,
        "now": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "time_zone": time.strftime("%Z %z"),
        "time_zones": _time_zones(section),
    }
    least = min(section.facts["memory_bytes"], limit or section.facts["memory_bytes"])
    if least < ENOUGH_MEMORY:
        section.warn(f"there is little memory: {readable(least)}; an ingest takes up to {readable(ENOUGH_MEMORY)}")
    if section.facts["open_files"] is not None and files < ENOUGH_FILES:
        section.warn(f"few files can be open: {files}", hint="ulimit -n 1024; under systemd: LimitNOFILE=1024")
    _clock(now, section)
    return section


def _usable() -> float:
    """Those that this process may use, by its affinity and by the quota of its control group."""
    try:
        usable = float(len(os.sched_getaffinity(0)))
    except AttributeError:  # not on macOS
        usable = float(os.cpu_count() or 1)
    for folder in _control_groups():
        quota, _, period = _read(folder / "cpu.max").partition(" ")
        if quota.isdecimal() and period.isdecimal() and int(period):
            usable = min(usable, int(quota) / int(period))
    return round(usable, 2)


def _memory_limit() -> int | None:
    """The least of the limits of the process and of its control groups; None if there is none."""
    found = [one for one in resource.getrlimit(resource.RLIMIT_AS)[:1] if one != resource.RLIM_INFINITY]
    names = [folder / "memory.max" for folder in _control_groups()]
    for path in (*names, _CGROUP / "memory" / "memory.limit_in_bytes"):  # the last one is of version 1
        told = _read(path)
        if told.isdecimal() and int(told) < 1 << 60:  # version 1 says "none" by a huge number
            found.append(int(told))
    return min(found, default=None)


def _control_groups() -> list[Path]:
    """The folders of the group of this process and of those above it; version 2, which Linux has."""
    lines = _read(Path("/proc/self/cgroup")).splitlines()
    group = next((line[3:] for line in lines if line.startswith("0::/")), "/")
    folder = _CGROUP / group.lstrip("/")
    return [one for one in (folder, *folder.parents) if one.is_relative_to(_CGROUP)]


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _time_zones(section: Section) -> bool:
    from zoneinfo import available_timezones

    if known := bool(available_timezones()):
        return known
    section.warn(
        "there is no database of time zones: --tz takes offsets only", hint="apt install tzdata, or pip install tzdata"
    )
    return False


def _clock(now: datetime, section: Section) -> None:
    """It cannot be earlier than the SQLite that runs; that has its date in its name."""
    try:
        import apsw

        made = datetime.fromisoformat(apsw.sqlite3_sourceid()[:19]).replace(tzinfo=UTC)
    except (ImportError, AttributeError, ValueError):
        return
    if now < made:
        what = f"the clock is wrong: it says {now:%Y-%m-%d}, and SQLite was made on {made:%Y-%m-%d}"
        section.problem(what, hint="set it; on a board without one: apt install systemd-timesyncd")
