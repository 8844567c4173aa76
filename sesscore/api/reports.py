"""Runs reports: one state, all questions asked before anything is given."""

import os
from collections.abc import Mapping
from pathlib import Path

from sesscore.api.asking import Time, period_of, stored_sensor, values_of
from sesscore.api.sections import Report, head_of
from sesscore.api.state import State
from sesscore.errors import UsageError
from sesscore.formats.json import top
from sesscore.report.registry import own, report, shipped
from sesscore.report.snapshot import Snapshot, made


def reports(folder: str | os.PathLike[str] | None = None) -> tuple[str, ...]:
    """The names of all reports. folder: where your own lie, beside those of sesscore. Raises StorageError."""
    return tuple(sorted({*shipped(), *own(_path(folder))}))


def run(
    state: State,
    name: str,
    asked: tuple[Time | None, Time | None, Time | None, str],
    sensor: str | None,
    folder: str | os.PathLike[str] | None,
    options: Mapping[str, object],
    *,
    compat: bool,
    defang: bool,
) -> Report:
    """Runs a report. asked: since, until, during, tz. Raises SesscoreError."""
    if not isinstance(name, str):
        raise UsageError(f"the name of a report must be text: {name!r}")
    found = report(name, _path(folder))
    values, period = values_of(found, options), period_of(*asked)
    with state.one() as connection:
        document = made(Snapshot(connection, found, period, stored_sensor(sensor), values, compat=compat))
        if defang:
            from sesscore.defang import defang as without_fangs

            document = document.changed(without_fangs)
        return Report(document, head_of(top(document)))


def _path(folder: str | os.PathLike[str] | None) -> Path | None:
    return None if folder is None else Path(folder)
