"""The same for people. It needs nothing that may be broken: neither SQLite nor orjson."""

from collections.abc import Iterator
from typing import Any, Final

from sesscore.doctor.examination import Examination
from sesscore.doctor.findings import Level
from sesscore.safetext import safe
from sesscore.wording import readable

TITLES: Final = {
    "program": "Program",
    "machine": "Machine",
    "settings": "Settings",
    "database": "Database",
    "place": "File system of the database",
    "logs": "Logs that an ingest without a path reads",
}
_COLUMN: Final = 20


def page(examination: Examination) -> str:
    """Facts, section by section, then what was found."""
    lines = [
        line for name, section in examination.sections.items() if section for line in _section(name, section.facts)
    ]
    return "".join(f"{safe(line)}\n" for line in (*lines, *_findings(examination)))


def _section(name: str, facts: dict[str, Any]) -> Iterator[str]:
    yield TITLES[name]
    for fact, value in facts.items():
        if fact == "values":
            yield from (_row(*words) for words in _values(value, known=facts["configuration_used"] is not False))
        elif isinstance(value, list):
            yield from (_row(*words) for words in _LISTED[fact](value))
        elif isinstance(value, dict):
            yield _row(fact, f"{value['version']}, {value['source_id']}")
            yield _row("built with", ", ".join(value["compile_options"]))
        elif value is not None and value != "":
            yield _row(fact.removesuffix("_bytes").replace("_", " "), _said(fact, value))
    yield ""


def _row(label: str, text: str) -> str:
    return f"  {label:{_COLUMN}}  {text}"


def _said(fact: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if fact.endswith("bytes"):
        return readable(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _packages(told: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in told:
        yield one["name"], (one["version"] or "not there") + ("" if one["works"] or not one["version"] else ", broken")


def _extensions(told: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in told:
        yield one["name"], one["path"] or "cannot be imported"


def _values(told: list[dict[str, Any]], *, known: bool) -> Iterator[tuple[str, str]]:
    """Those that somebody set; what all commands share, once. known: whether what the configuration sets is."""
    seen: dict[tuple[str, str], list[str]] = {}
    for one in told:
        if one["origin"] != "default":
            line = f", line {one['line']}" if one["line"] else ""
            text = f"{one['value']}  ({one['origin']}: {one['where']}{line})"
            seen.setdefault((one["option"], text), []).append(one["command"])
    for (option, text), names in seen.items():
        yield option, text if len(names) > 3 else f"{text}  for {', '.join(names)}"
    if not known:
        yield "options", "those of the configuration are not known"
    elif not seen:
        yield "options", "all as they are by default"


def _sensors(told: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in told:
        yield "sensor", f"{one['name']}: {', '.join(one['paths'])}"


def _places(told: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in told:
        yield one["problem"] or "there", one["path"]


_LISTED = {
    "packages": _packages,
    "extensions": _extensions,
    "sensors": _sensors,
    "places": _places,
}


def _findings(examination: Examination) -> Iterator[str]:
    if not examination.findings:
        yield "All is well."
        return
    yield "What was found"
    for _, finding in sorted(examination.findings, key=lambda one: -one[1].level):
        place = f" ({finding.where})" if finding.where else ""
        yield f"  {finding.level.name.lower():7}  {finding.what}{place}"
        if finding.hint:
            yield f"           try: {finding.hint}"
    if examination.verdict < Level.WARNING:
        yield "Nothing is wrong."
