"""`sesscore status`."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from sesscore.commands import options
from sesscore.errors import ConditionFailed, NothingToRead, UsageError

if TYPE_CHECKING:
    from sesscore.telemetry.standing import Standing

SCHEMA = "sesscore.status.list/1"


@click.command()
@options.database
@click.option(
    "--status-file",
    type=options.FILE,
    multiple=True,
    metavar="FILE",
    help="A status file; can be given several times.  [default: the one that ingest writes]",
)
@click.option("--watch", is_flag=True, help="Go on showing it until all runs are over, or Ctrl-C.")
@click.option("--check", is_flag=True, help="One line; fail with 3 unless all runs go on or are complete.")
@click.option(
    "--max-age",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="With --check: how long ago the last update may be, also of a run that is complete.",
)
@options.format_("text", "json")
@options.debug
@click.pass_context
def status(
    context: click.Context,
    db: str | None,
    status_file: tuple[str, ...],
    watch: bool,
    check: bool,
    max_age: float | None,
    format: str,
) -> None:
    """Show how an ingest goes, or how it went, by the file that it writes."""
    if watch and (check or format == "json"):
        raise UsageError("--watch is for people", hint="sesscore status --format json, or --check, without --watch")
    if max_age is not None and not check:
        raise UsageError("--max-age is a condition of --check", hint=f"sesscore status --check --max-age {max_age:g}")
    paths = list(status_file) or [_written_by_ingest(context, db)]

    def look() -> "list[Standing]":
        from sesscore.telemetry.standing import standing

        return [standing(path, max_age=max_age) for path in paths]

    if watch:
        _watch(look, context)
    elif check:
        _check(look(), format, context)
    else:
        _show(look(), format)


def _written_by_ingest(context: click.Context, db: str | None) -> str:
    """The status file of the ingest that the same variables and configuration are for."""
    told = (context.find_root().default_map or {}).get("ingest", {})

    def setting(name: str) -> str | None:
        own, all_ = f"SESSCORE_INGEST_{name}".upper(), f"SESSCORE_{name}".upper()
        return os.environ.get(own) or os.environ.get(all_) or told.get(name)

    given = context.get_parameter_source("db") is click.core.ParameterSource.COMMANDLINE
    named = None if given else setting("status_file")
    if named == "off":
        raise NothingToRead("ingest writes no status file", hint="sesscore ingest --status-file FILE")
    return named or f"{options.database_path(db if given else setting('db') or db)}.status.json"


def _show(standings: "Sequence[Standing]", form: str) -> None:
    from sesscore.telemetry.page import page

    _write(standings, page, form)
    if all(one.document is None for one in standings):
        first = standings[0]
        raise NothingToRead(f"there is nothing to show: {first.why}", where=first.path, hint="sesscore ingest")


def _check(standings: "Sequence[Standing]", form: str, context: click.Context) -> None:
    from sesscore.telemetry.page import check_line

    _write(standings, lambda all_: [check_line(all_)], form)
    if not all(one.well for one in standings):
        context.exit(ConditionFailed.exit_code)  # the line says it all, and a monitor shows no other


def _write(standings: "Sequence[Standing]", lines: "Callable[[Sequence[Standing]], list[str]]", form: str) -> None:
    from sesscore.outlet import write

    if form == "json":
        from sesscore.render import to_json

        write(to_json(_document(standings)))
    else:
        write("".join(f"{line}\n" for line in lines(standings)).encode(sys.stdout.encoding or "utf-8", "replace"))


def _document(standings: "Sequence[Standing]") -> dict[str, Any]:
    from sesscore.telemetry.standing import as_dict

    return {"schema": SCHEMA, "well": all(one.well for one in standings), "runs": [as_dict(one) for one in standings]}


def _watch(look: "Callable[[], list[Standing]]", context: click.Context) -> None:
    """Shows it again and again: on a terminal in one place, elsewhere as lines now and then."""
    from sesscore.telemetry.watch import watch

    try:
        watch(look)
    except KeyboardInterrupt as error:  # the ordinary way to leave it, so nothing is said
        context.exit(143 if type(error) is not KeyboardInterrupt else 130)
