"""Every report by name: those of `sql/reports/`, and those that the user keeps in a folder.

A report is a folder of statements, or one file; each statement is a section, in the order of the file names, whose
digits in front are left out. A report whose sections need more than SQL has a module, named in COMPOSED, that makes
the document; its OPTIONS are options of the report beside those of the statements, its VARIANTS those with which
the document has other forms.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path

from sesscore.errors import StorageError, UsageError
from sesscore.queries import folders, names, sql
from sesscore.report.document import TOP
from sesscore.report.statement import Parameter, Statement, parse
from sesscore.report.values import Value

_SHIPPED = "reports"
_ORDER = re.compile(r"^\d+_")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")

# Reports that a module makes of their statements, and what they answer.
COMPOSED = {
    "abnormal": "Sessions with an uncommon number of commands, in the form of the older tools.",
    "attacks": "Each session in the form of the older tools, and what they add up to.",
    "credentials": "The user names and passwords that were tried, and which let somebody in.",
    "daily": "Each UTC day in the form of the older tools: totals, top lists, alerts; of all sensors and of each.",
    "diff": "Two periods, or two sensors: what is new, gone or changed, and the rates by the day.",
    "monthly": "Each month in the same form, with trends.",
    "sessions": "Sessions by filters, in any order, page by page.",
    "sources": "The addresses that attacked, with what their sessions did.",
    "summary": "The whole database on one page.",
    "timeline": "What happened in each day or hour, with running totals and moving averages.",
    "weekly": "Each ISO week in the same form.",
}


# Reports that ask the statements of another.
SHARED = {"abnormal": "attacks", "monthly": "daily", "weekly": "daily"}


@dataclass(frozen=True)
class Report:
    """A report. composed: a module of its name makes its document. own: it is the user's. bare: without a title.

    options: those that no statement has, but the module. variants: options with which the document has other forms.
    """

    name: str
    answers: str
    statements: tuple[Statement, ...]
    composed: bool = False
    own: bool = False
    bare: bool = False
    options: tuple[Parameter, ...] = ()
    variants: tuple[Mapping[str, Value], ...] = ({},)

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """The options of all its statements and of its module, by name."""
        of_statements = {one.name: one for statement in self.statements for one in statement.parameters}
        return of_statements | {one.name: one for one in self.options}

    def statement(self, name: str) -> Statement:
        """The statement of that name."""
        return next(one for one in self.statements if one.name == name)


def report(name: str, folder: Path | None = None) -> Report:
    """The report of that name. Raises UsageError, which lists those there are. folder: of the user's own."""
    if name in shipped():
        return _shipped(name)
    if folder is not None and (found := _own(folder, name)):
        return found
    known = ", ".join((*shipped(), *own(folder)))
    raise UsageError(f"there is no report {name!r}", hint=f"sesscore report, with one of: {known}")


def shipped() -> list[str]:
    """The names of the reports that come with the program."""
    return sorted({*folders(_SHIPPED), *SHARED})


def own(folder: Path | None) -> list[str]:
    """The names of the user's reports that no report of the program has."""
    if folder is None:
        return []
    entries = (entry.stem if entry.suffix == ".sql" else entry.name for entry in _reports_in(folder))
    return sorted({name for name in entries if _NAME.fullmatch(name)} - set(shipped()))


def _shipped(name: str) -> Report:
    folder = f"{_SHIPPED}/{SHARED.get(name, name)}"
    statements = _statements({one: sql(f"{folder}/{one}") for one in names(folder)}, f"sql/{folder}")
    if name not in COMPOSED:
        return Report(name, statements[0].answers, statements)
    module = import_module(f"sesscore.report.{name}")
    options: tuple[Parameter, ...] = getattr(module, "OPTIONS", ())
    variants: tuple[Mapping[str, Value], ...] = getattr(module, "VARIANTS", ({},))
    return Report(name, COMPOSED[name], statements, composed=True, options=options, variants=variants)


def _own(folder: Path, name: str) -> Report | None:
    if name not in own(folder):
        return None
    one = folder / f"{name}.sql"
    files = [one] if one.is_file() else sorted(entry for entry in _reports_in(folder / name) if entry.suffix == ".sql")
    if not files:
        return None
    statements = _statements({file.stem: _read(file) for file in files}, str(files[0].parent))
    return Report(name, statements[0].answers, statements, own=True)


def _reports_in(folder: Path) -> Iterator[Path]:
    try:
        yield from (entry for entry in folder.iterdir() if entry.suffix == ".sql" or entry.is_dir())
    except (FileNotFoundError, NotADirectoryError):  # most have none
        return
    except OSError as error:
        raise _unreadable(folder, error) from error


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"the report is no UTF-8: {error.reason}", where=str(file)) from error
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"the report cannot be read: {error.strerror}", where=str(path), hint="check the permissions of file and folder"
    )


def _statements(texts: dict[str, str], folder: str) -> tuple[Statement, ...]:
    found = [parse(_ORDER.sub("", name), text, f"{folder}/{name}.sql") for name, text in texts.items()]
    _refuse_names(found)
    _refuse_two_kinds(found)
    return tuple(found)


def _refuse_names(statements: Sequence[Statement]) -> None:
    """A section has its own name in the document."""
    taken = {*TOP}
    for statement in statements:
        if statement.name in taken:
            hint = "name the file otherwise; digits in front do not count"
            raise UsageError(
                f"another part of the document is called {statement.name}", where=statement.where, hint=hint
            )
        taken.add(statement.name)


def _refuse_two_kinds(statements: Sequence[Statement]) -> None:
    """A parameter that two statements have must be one option."""
    seen: dict[str, Parameter] = {}
    for statement in statements:
        for parameter in statement.parameters:
            if seen.setdefault(parameter.name, parameter) != parameter:
                raise UsageError(f"the parameter {parameter.name} is declared in two ways", where=statement.where)
