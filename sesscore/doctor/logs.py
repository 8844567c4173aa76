"""Where an ingest without a path would look for logs, and whether it could read what is there."""

import os
from collections.abc import Iterator
from typing import Any, Final

import click

from sesscore.commands.options import Settings
from sesscore.doctor.findings import Asked, Section

_PATTERN: Final = frozenset("*?[")


def look(asked: Asked) -> Section:
    """The paths of the configured sensors, else the well-known places that are there. No folder is walked through."""
    settings = click.get_current_context().find_root().ensure_object(Settings)
    section = Section()
    places = list(_of_sensors(settings, section)) if settings.sensors else list(_well_known(section))
    section.facts = {"configured": bool(settings.sensors), "places": places}
    if not settings.sensors and not places:
        hint = "sesscore ingest PATH, or [[sensor]] in the configuration"
        sensors = "no sensor is configured" if settings.unconfigured is None else "the sensors are not known"
        section.note(f"no logs lie in a well-known place, and {sensors}", hint=hint)
    return section


def _of_sensors(settings: Settings, section: Section) -> Iterator[dict[str, Any]]:
    for sensor in settings.sensors:
        for path in sensor.paths:
            problem = _problem(path)
            if problem:
                section.warn(f"the logs of sensor {sensor.name}: {problem}", path, "ingest reads those of the others")
            yield {"path": path, "sensor": sensor.name, "problem": problem}


def _well_known(section: Section) -> Iterator[dict[str, Any]]:
    from sesscore.discover import WELL_KNOWN_PLACES

    for path in map(os.path.expanduser, WELL_KNOWN_PLACES):
        problem = _problem(path)
        if problem == "no permission":
            hint = f"add this user to the group of the logs: ls -ld {os.path.dirname(path)}"  # noqa: PTH120
            section.warn("there may be logs, which this user cannot read", path, hint)
        if problem != "not there":
            yield {"path": path, "sensor": None, "problem": problem}


def _problem(path: str) -> str | None:
    """Why nothing would be read there, None if something might."""
    if path == "-":
        return None
    if _PATTERN & set(path):
        from glob import iglob

        return None if next(iglob(path, recursive=True), None) else "nothing has such a name"  # noqa: PTH207
    try:
        os.stat(path)  # noqa: PTH116 - as it is named
    except PermissionError:
        return "no permission"
    except OSError as error:
        return "not there" if isinstance(error, FileNotFoundError) else str(error.strerror)
    wanted = os.R_OK | os.X_OK if os.path.isdir(path) else os.R_OK  # noqa: PTH112
    return None if os.access(path, wanted) else "no permission"
