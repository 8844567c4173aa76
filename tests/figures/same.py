"""A document of a report beside what it should be."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

FRAME = ("schema", "report", "sensor", "since", "until", "tz")  # what stands above the sections


def same(
    document: dict[str, Any], expected: dict[str, Any], frame: Collection[str] = FRAME, ignored: Collection[str] = ()
) -> None:
    """Assert that a document has these sections, to the last figure, and nothing else but its frame.

    ignored: names that a row may have beyond what is expected, wherever it stands. The order of names is free, that of
    rows is not. AssertionError names the first path at which they differ.
    """
    sections = {name: value for name, value in document.items() if name in expected or name not in frame}
    found = difference(sections, expected, ignored)
    assert found is None, found


def difference(document: Any, expected: Any, ignored: Collection[str] = (), path: str = "$") -> str | None:
    """Name the first path at which two documents differ, with both values; None if they are the same."""
    if isinstance(document, dict) and isinstance(expected, dict):
        return _of_objects(document, expected, ignored, path)
    if isinstance(document, list) and isinstance(expected, list):
        return _of_lists(document, expected, ignored, path)
    if type(document) is not type(expected) or document != expected:
        return f"{path}: {_shown(document)}, expected {_shown(expected)}"
    return None


def _of_objects(document: dict[str, Any], expected: dict[str, Any], ignored: Collection[str], path: str) -> str | None:
    for name, value in expected.items():
        if name not in document:
            return f"{path}.{name}: missing, expected {_shown(value)}"
        if found := difference(document[name], value, ignored, f"{path}.{name}"):
            return found
    for name, value in document.items():
        if name not in expected and name not in ignored:
            return f"{path}.{name}: {_shown(value)}, expected nothing of that name"
    return None


def _of_lists(document: list[Any], expected: list[Any], ignored: Collection[str], path: str) -> str | None:
    for at, (value, wanted) in enumerate(zip(document, expected, strict=False)):
        if found := difference(value, wanted, ignored, f"{path}[{at}]"):
            return found
    if len(document) > len(expected):
        return f"{path}[{len(expected)}]: {_shown(document[len(expected)])}, expected {len(expected)} rows"
    if len(document) < len(expected):
        return f"{path}[{len(document)}]: missing, expected {_shown(expected[len(document)])}"
    return None


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
