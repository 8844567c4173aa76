"""Manual pages of the command line, one a command, in the macros that every man(1) knows.

They are made when a wheel is built (setup.py), where there is click, `sql/`, and nothing else that the program needs.
"""

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

import click

from sesscore import __version__
from sesscore.commands.options import variables
from sesscore.commands.report import Reports

ROOT: Final = "sesscore"
EXIT_STATUS: Final = {
    "0": "Done, also if some records were quarantined or some files could not be read.",
    "1": "Failed, or the database is damaged or none of sesscore's.",
    "2": "Wrong usage.",
    "3": "A condition that was asked for does not hold.",
    "4": "The database is newer than the program, or older and not migrated.",
    "5": "Another ingest is writing to the database.",
    "6": "Nothing to read: no log, or no database to report from.",
    "7": "Disk full, folder not writable, read or write error.",
    "130, 143": "Stopped by Ctrl-C or SIGTERM, after a clean commit.",
}
FILES: Final = {
    "sesscore.db": "The database, in your data folder (~/.local/share/sesscore on Linux), unless --db names another.",
    "config.toml": "The configuration, in your configuration folder (~/.config/sesscore on Linux).",
    "/etc/sesscore/config.toml": "The configuration of the machine, for those who have none of their own.",
}
_COLUMNS: Final = 70
# What is not plain in roff; a minus that is an option's must stay one when it is copied.
_ESCAPES: Final = str.maketrans(
    {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti", '"': r"\(dq"}
)


def pages(program: click.Command, date: str) -> dict[str, str]:
    """The pages by the names of their files. date: of all of them, YYYY-MM-DD."""
    root = click.Context(program, info_name=ROOT, auto_envvar_prefix="SESSCORE", **program.context_settings)
    contexts = list(_contexts(root))
    return {f"{_name(one)}.1": "".join(f"{line}\n" for line in _page(one, contexts, date)) for one in contexts}


def escaped(text: str) -> str:
    """Text as it is, on a line of its own: nothing in it is a request or an escape."""
    line = "".join(one if one.isascii() else f"\\[u{ord(one):04X}]" for one in text.translate(_ESCAPES))
    return f"\\&{line}" if line.startswith((".", "\\(aq")) else line


def _contexts(context: click.Context) -> Iterator[click.Context]:
    """Of the command and of all below it."""
    yield context
    if isinstance(context.command, click.Group):
        for name, command in sorted(context.command.commands.items()):
            if not command.hidden:
                yield from _contexts(click.Context(command, parent=context, info_name=name, **command.context_settings))


def _name(context: click.Context) -> str:
    return context.command_path.replace(" ", "-")


def _page(context: click.Context, contexts: list[click.Context], date: str) -> Iterator[str]:
    command = context.command
    title = _name(context)
    yield f'.TH "{escaped(title.upper())}" "1" "{date}" "{ROOT} {escaped(__version__)}" "{ROOT}"'
    yield from (".nh", ".ad l")  # names are not cut in two, and stand as they are typed
    first, *paragraphs = _paragraphs(command.help or "")
    yield from (".SH NAME", rf"{escaped(title)} \- {escaped(first.removesuffix('.'))}")
    yield from (".SH SYNOPSIS", rf"\fB{escaped(context.command_path)}\fR {_usage(context)}")
    if paragraphs or not isinstance(command, click.Group):
        yield ".SH DESCRIPTION"
        yield from _text(paragraphs or [first])
    yield from _commands(context)
    yield ".SH OPTIONS"
    for option in command.get_params(context):
        if isinstance(option, click.Option) and (record := option.get_help_record(context)):
            yield from (".TP", rf"\fB{escaped(record[0])}\fR", *_lines(record[1]))
            # --help and --version have none that anybody would set.
            if option.callback is None or option.expose_value or option.envvar:
                yield rf"Variable: \fB{escaped(' or '.join(variables(option, context)))}\fR."
    yield from _reports(context)
    if context.parent is None:
        yield from _table("EXIT STATUS", EXIT_STATUS)
        yield from _table("FILES", FILES)
    yield ".SH SEE ALSO"
    near = [one for one in contexts if one is not context and (one.parent in (None, context) or one is context.parent)]
    yield ",\n".join(rf"\fB{escaped(_name(one))}\fR(1)" for one in near)


def _usage(context: click.Context) -> str:
    return escaped(" ".join(context.command.collect_usage_pieces(context)))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _text(paragraphs: Iterable[str]) -> Iterator[str]:
    for number, paragraph in enumerate(paragraphs):
        yield from (*([".PP"] if number else []), *_lines(paragraph))


def _lines(text: str) -> list[str]:
    return [escaped(line) for line in textwrap.wrap(text, _COLUMNS, break_long_words=False, break_on_hyphens=False)]


def _commands(context: click.Context) -> Iterator[str]:
    if isinstance(context.command, click.Group):
        below = {name: one.get_short_help_str(200) for name, one in sorted(context.command.commands.items())}
        yield from _table("COMMANDS", below)


def _reports(context: click.Context) -> Iterator[str]:
    if isinstance(context.command, Reports):
        yield from _table("REPORTS", context.command.answers())
        yield ".PP"
        shown = f"{context.command_path} --help"
        yield from _lines(f"Most have options of their own. {shown} lists them, and your own reports.")


def _table(heading: str, entries: dict[str, str]) -> Iterator[str]:
    yield f".SH {heading}"
    for name, text in entries.items():
        yield from (".TP", rf"\fB{escaped(name)}\fR", *_lines(text))
