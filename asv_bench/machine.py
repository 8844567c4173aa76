"""What figures depend on: the day, the machine, the versions, and how busy the machine was."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

OWN = ("sesscore", "apsw", "orjson", "isal")


def describe(*packages: str) -> dict[str, object]:
    """Names and values, in the order in which they are printed. packages: whose versions matter, too."""
    versions = [f"Python {platform.python_version()}", *filter(None, map(_version, (*OWN, *packages)))]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "versions": ", ".join(versions),
        "load before": load(),
    }


def load() -> str:
    """How many processes wanted a core in the last minute: above the number of cores, wall clocks say little."""
    return f"{os.getloadavg()[0]:.1f}"


def _version(package: str) -> str | None:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())
