"""Options of reports in the configuration file: `[report.NAME]`, with the keys that `report NAME` has of its own."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sesscore.config_values import Where
from sesscore.errors import SesscoreError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from sesscore.report.registry import Report
    from sesscore.report.statement import Parameter

_TYPES: dict[type, tuple[tuple[type, ...], str, str]] = {
    int: ((int,), "a whole number", "10"),
    float: ((int, float), "a number", "0.5"),
    str: ((str,), "a text in quotes", '"…"'),
}
Options = Mapping[str, Any]


def read(tables: Mapping[str, Mapping[str, Any]], reports: str | None, where: Where) -> dict[str, Options]:
    """The values by report and parameter. reports: what the file says of the folder of the user's own.

    Raises UsageError: there is no such report, or it has no such option. A report of the user's that cannot be read
    says so itself, when it is asked; until then nothing else fails for it.
    """
    from sesscore.commands.report import own_folder

    folder = own_folder(os.environ.get("SESSCORE_REPORT_REPORTS") or reports)
    return {name: _of_report(name, table, folder, where.within(f"[report.{name}]")) for name, table in tables.items()}


def _of_report(name: str, table: Mapping[str, Any], folder: "Path", where: Where) -> Options:
    from sesscore.report.registry import own, report, shipped

    if name in shipped():
        return _values(report(name), table, where)
    try:
        mine = own(folder)
        found = report(name, folder) if name in mine else None
    except SesscoreError:
        return {}
    if found is None:
        raise where.wrong(f"there is no report {name!r}", f"one of {', '.join((*shipped(), *mine))}")
    return _values(found, table, where)


def _values(report: "Report", table: Mapping[str, Any], where: Where) -> Options:
    found = {}
    for key, told in table.items():
        parameter = report.parameters.get(key.replace("-", "_"))
        if parameter is None:
            known = ", ".join(one.option for one in report.parameters.values()) or "none; it has no options of its own"
            raise where.wrong(f"`{key}` is no option of report {report.name}", f"one of {known}")
        if parameter.name in found:
            raise where.wrong("a key stands there twice, with `-` and with `_`", "leave one of them out")
        found[parameter.name] = _value(parameter, key, told, where)
    return found


def _value(parameter: "Parameter", key: str, told: Any, where: Where) -> Any:
    kinds, kind, example = _TYPES[parameter.type]
    if type(told) not in kinds:
        raise where.wrong(f"`{key}` is not {kind}", f"{key} = {example}")
    try:
        return parameter.value(str(told))
    except UsageError as error:
        raise where.wrong(
            f"`{key}`: {error.what}", f"{key} = …, with a value that --{parameter.option} takes"
        ) from error
