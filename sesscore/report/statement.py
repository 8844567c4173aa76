"""One statement of a report: SQL, and what its header comment says of it.

    -- The commands that attackers typed, most often first.
    -- title: Commands
    -- parameters:
    --   limit integer from 1 = 50: rows at the most
    --   order text of seen|command = seen: what comes first
    -- columns:
    --   command text whole
    --   seen count bar: how often it was typed
    SELECT ...

The first lines say what it answers. `shape: figures` is for a statement that answers with one row; `half: yes` for a
narrow one that may stand beside another. Parameters under `given:` are no options: the module of the report binds
them. Behind a column stand its kind (`values.Kind`), `bar` or `share` if it is drawn too, `whole` if it is never cut,
`unseen` if it is for programs only, and `as` and its heading. The engine binds more parameters: see `BOUND`. All but
the first line may be left out: then columns are what SQLite says they are.
"""

import os
import re
from dataclasses import dataclass

from sesscore.errors import UsageError
from sesscore.report.document import Column
from sesscore.report.values import Kind, Value

# What every statement is bound to: the period in microseconds and in UTC days, half open; the sensor twice.
BOUND = frozenset({"since_us", "until_us", "first_day", "end_day", "sensor", "sensor_id"})

_PARAMETER = re.compile(
    r"(?P<name>[a-z]\w*) (?P<type>integer|real|text)(?: from (?P<least>\d+))?(?: of (?P<allowed>\S+))?"
    r" = (?P<default>.+?): (?P<help>.+)"
)
_COLUMN = re.compile(
    r"(?P<name>\w+) (?P<kind>[a-z]+)(?: (?P<drawn>bar|share))?(?P<whole> whole)?(?P<unseen> unseen)?"
    r"(?: as (?P<label>[^:]+))?(?:: (?P<help>.+))?"
)
_KEYS = ("title", "shape", "half")
_TYPES = {"integer": int, "real": float, "text": str}
_GREATEST = (1 << 63) - 1  # integer of SQLite


@dataclass(frozen=True)
class Parameter:
    """An option of a report. type: of its values. least: the smallest number; allowed: all texts there are."""

    name: str
    type: type[int] | type[float] | type[str]
    default: Value
    help: str
    least: int | None = None
    allowed: tuple[str, ...] = ()

    def value(self, text: str) -> Value:
        """What was typed, as a value. Raises UsageError, which names the option and what is allowed."""
        try:
            value = self.type(text)
        except ValueError:
            raise self._wrong(text) from None
        if isinstance(value, str):
            if self.allowed and value not in self.allowed:
                raise self._wrong(text)
            return os.fsencode(value).decode("utf-8", "replace")  # as ingest stores what is no UTF-8
        if not abs(value) <= _GREATEST or (self.least is not None and value < self.least):
            raise self._wrong(text)
        return value

    def _wrong(self, text: str) -> UsageError:
        wanted = {int: "a whole number", float: "a number", str: "text"}[self.type]
        if self.allowed:
            wanted = f"one of {', '.join(self.allowed)}"
        if self.least is not None:
            wanted += f", {self.least} or more"
        return UsageError(f"--{self.option} must be {wanted}: {text!r}")

    @property
    def option(self) -> str:
        """Its name on a command line."""
        return self.name.replace("_", "-")


@dataclass(frozen=True)
class Statement:
    """A statement and its header. columns: empty if the header names none. given: parameters that a module binds."""

    name: str
    sql: str
    answers: str
    title: str
    figures: bool = False
    half: bool = False
    parameters: tuple[Parameter, ...] = ()
    given: tuple[Parameter, ...] = ()
    columns: tuple[Column, ...] = ()
    where: str = ""

    @property
    def reads_rollups(self) -> bool:
        """Whether it names what must first be made to fit the period and the zone."""
        return "rollup_" in self.sql or "value_totals" in self.sql


def parse(name: str, text: str, where: str) -> Statement:
    """Reads a file. Raises UsageError for a header that cannot be understood; where: for that error."""
    header = _header(text)
    said: dict[str, str] = {}
    listed: dict[str, list[str]] = {"parameters": [], "given": [], "columns": []}
    answers: list[str] = []
    current: list[str] | None = None
    for line in header:
        key, colon, rest = line.strip().partition(":")
        if line.startswith("  ") and current is not None:
            current.append(line.strip())
        elif colon and key in listed and not rest:
            current = listed[key]
        elif colon and key in _KEYS:
            said[key], current = rest.strip(), None
        else:
            answers.append(line.strip())
            current = None
    columns = tuple(_column(line, where) for line in listed["columns"])
    if len({column.name for column in columns}) < len(columns):
        raise UsageError("two columns have the same name", where=where, hint="SELECT … AS another_name")
    return Statement(
        name,
        text,
        " ".join(answers),
        said.get("title", name.replace("_", " ").capitalize()),
        said.get("shape") == "figures",
        said.get("half") == "yes",
        tuple(_parameter(line, where) for line in listed["parameters"]),
        tuple(_parameter(line, where) for line in listed["given"]),
        columns,
        where,
    )


def _header(text: str) -> list[str]:
    """The lines of the comment at its beginning, without the dashes and one blank."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line[2:].removeprefix(" ").rstrip())
    return lines


def _parameter(line: str, where: str) -> Parameter:
    found = _PARAMETER.fullmatch(line)
    if found is None:
        raise UsageError(
            f"a parameter cannot be understood: {line!r}", where=where, hint="-- limit integer = 50: rows at the most"
        )
    if found["name"] in BOUND:
        raise UsageError(f"the parameter {found['name']} has its value from --since, --until and --sensor", where=where)
    kind = _TYPES[found["type"]]
    try:
        default = None if found["default"] == "NULL" else kind(found["default"].strip("'"))
    except ValueError:
        raise UsageError(f"the default is no {found['type']}: {line!r}", where=where) from None
    least = None if found["least"] is None else int(found["least"])
    allowed = tuple((found["allowed"] or "").split("|")) if found["allowed"] else ()
    return Parameter(found["name"], kind, default, found["help"], least, allowed)


def _column(line: str, where: str) -> Column:
    found = _COLUMN.fullmatch(line)
    if found is None or found["kind"] not in [*Kind]:
        raise UsageError(
            f"a column cannot be understood: {line!r}",
            where=where,
            hint=f"NAME KIND, where KIND is one of: {', '.join(Kind)}",
        )
    label = (found["label"] or "").strip()
    return Column(
        found["name"], Kind(found["kind"]), label, found["drawn"] or "", bool(found["whole"]), bool(found["unseen"])
    )
