"""On which line of a configuration file a value stands: TOML's own reader tells values, and no lines."""

import tomllib
from typing import Any, Final

MOST_LINES: Final = 400  # each is a reading of all lines before it

Place = tuple[str, str]


def lines_of(text: str) -> dict[Place, int]:
    """The line on which each value ends, by table (none: the top) and key as it is spelled.

    A value is there when a reader that knows the lines up to it finds it. Empty for a file that is very long.
    """
    lines = text.splitlines(keepends=True)
    found: dict[Place, int] = {}
    if len(lines) > MOST_LINES:
        return found
    for number in range(1, len(lines) + 1):
        try:
            told = tomllib.loads("".join(lines[:number]))
        except tomllib.TOMLDecodeError:  # it ends within a value
            continue
        for place in _places(told):
            found.setdefault(place, number)
    return found


def _places(told: dict[str, Any]) -> list[Place]:
    top = [("", key) for key, value in told.items() if not isinstance(value, dict)]
    tables = [(table, key) for table, values in told.items() if isinstance(values, dict) for key in values]
    return [*top, *tables]
