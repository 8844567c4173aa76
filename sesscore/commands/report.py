"""`sesscore report`."""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sesscore.commands import options
from sesscore.commands.periods import period
from sesscore.commands.telemetry import Telemetry, telemetry
from sesscore.errors import SesscoreError
from sesscore.output import STDOUT
from sesscore.safetext import safe

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from sesscore.formats import Look
    from sesscore.report.period import Period
    from sesscore.report.registry import Report
    from sesscore.report.values import Value

FORMATS = ("table", "text", "json", "jsonl", "csv", "markdown")


class Reports(click.Command):
    """Its help lists the reports and their options, those of the user's too."""

    def answers(self) -> dict[str, str]:
        """What each report of the program answers; found without the libraries that one takes to run."""
        from sesscore.report.registry import COMPOSED, shipped
        from sesscore.report.registry import report as find

        return {name: COMPOSED.get(name) or find(name).answers for name in shipped()}

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """After the options."""
        from sesscore.report.registry import report as find

        answers = self.answers()
        with formatter.section("Reports"):
            formatter.write_dl(list(answers.items()))
        found = [find(name) for name in answers]
        mine, rows = _of_the_user(own_folder(self._folder(context)))
        if rows:
            with formatter.section("Reports of your own"):
                formatter.write_dl(rows)
        for one in (*found, *mine):
            if one.parameters:
                with formatter.section(f"Options of {one.name}"):
                    formatter.write_dl([(safe(name), safe(said)) for name, said in described(one)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """The options of the report, too."""
        name = ctx.params.get("name")
        return super().shell_complete(ctx, incomplete) + completed(name, own_folder(self._folder(ctx)), incomplete)

    def _folder(self, context: click.Context) -> str | None:
        """What --reports says; help comes before other options are looked at."""
        option = next(one for one in self.params if one.name == "reports")
        told = context.params.get("reports") or option.resolve_envvar_value(context)
        return told or context.lookup_default("reports")


def _of_the_user(folder: Path) -> tuple[list["Report"], list[tuple[str, str]]]:
    """The user's reports, and what each says; of one that cannot be read, why."""
    from sesscore.report.registry import own
    from sesscore.report.registry import report as find

    found: list[Report] = []
    rows: list[tuple[str, str]] = []
    try:
        names = own(folder)
    except SesscoreError as error:
        return [], [(safe(str(folder)), safe(error.what))]
    for name in names:
        try:
            one = find(name, folder)
        except SesscoreError as error:
            rows.append((name, safe(f"Not to be used: {error.what} ({error.where})")))
        else:
            found.append(one)
            rows.append((name, safe(one.answers) or "–"))
    return found, rows


def completed(name: str | None, folder: Path | None, begin: str) -> "list[CompletionItem[str]]":
    """The options of a report that begin so."""
    from click.shell_completion import CompletionItem

    from sesscore.report.registry import report as find

    if not name or not begin.startswith("-"):
        return []
    with contextlib.suppress(SesscoreError):
        options_of = find(name, folder).parameters.values()
        told = [(f"--{one.option}", safe(one.help)) for one in options_of]
        return [CompletionItem(option, help=said) for option, said in told if option.startswith(begin)]
    return []


def _names(context: click.Context, parameter: click.Parameter, begin: str) -> list[str]:
    """All reports, for a shell."""
    from sesscore.completion import plain
    from sesscore.report.registry import own, shipped

    mine: list[str] = []
    with contextlib.suppress(SesscoreError):
        mine = own(own_folder(context.params.get("reports")))
    return plain((*shipped(), *mine), begin)


def described(report: "Report") -> Iterator[tuple[str, str]]:
    """The options of a report and what they say."""
    for one in report.parameters.values():
        default = "" if one.default is None else f"  [default: {one.default!s}]"
        wanted = "|".join(one.allowed) or {int: "NUMBER", float: "NUMBER", str: "TEXT"}[one.type]
        yield f"--{one.option} {wanted}", one.help + default


def of_reports(command: options.Command) -> options.Command:
    """The options of every report; those of one report come as `options_of_the_report`."""
    more = click.argument(
        "options_of_the_report", nargs=-1, type=click.UNPROCESSED, metavar="[OPTION OF THE REPORT]..."
    )
    defang = "Write addresses so that nobody follows them by mistake: hxxp[://]evil[.]org."
    for option in reversed(
        (
            more,
            options.database,
            options.sensor("Only sessions and events of this sensor."),
            period,
            click.option("--defang", is_flag=True, help=defang),
            click.option(
                "--compat", is_flag=True, help="Names of fields as the older tools had them, where they differ."
            ),
            options.format_(*FORMATS),
            options.output,
            telemetry,
            options.debug,
        )
    ):
        command = option(command)
    return command


@click.command(cls=Reports, context_settings={"ignore_unknown_options": True})
@click.argument("name", shell_complete=_names)
@of_reports
@click.option(
    "--reports",
    is_eager=True,  # help lists what lies there
    type=options.FILE,
    metavar="FOLDER",
    help="Where your own reports lie.  [default: reports beside your config.toml]",
)
def report(name: str, options_of_the_report: Sequence[str], reports: str | None, **asked: Any) -> None:
    """Print a report on what was ingested.

    NAME: one of those that --help lists, with the options of each, or a file NAME.sql of your own.
    """
    from sesscore.report.registry import report as find

    found = find(name, own_folder(reports))
    print_report(found, given(found, options_of_the_report), **asked)


def print_report(
    report: "Report",
    values: Mapping[str, "Value"],
    db: str | None,
    sensor: str | None,
    period: "Period",
    defang: bool,
    format: str,
    output: str,
    telemetry: Telemetry,
    compat: bool = False,
) -> None:
    """Runs a report and writes it. Raises SesscoreError."""
    from sesscore.formats import pieces
    from sesscore.outlet import outlet
    from sesscore.report.snapshot import Snapshot, made
    from sesscore.snapshot import one_state
    from sesscore.sqlite_errors import sqlite_errors
    from sesscore.store import open_for_reading

    path = options.database_path(db)
    with (
        telemetry.watching(f"report {report.name}", path, sensor) as run,
        outlet(output) as out,
        open_for_reading(path) as database,
        sqlite_errors(database.path),
        one_state(database.connection),
    ):
        run.enter("asking", "statements", None if report.composed else len(report.statements))
        document = made(Snapshot(database.connection, report, period, sensor, values, compat=compat, run=run))
        if defang:
            from sesscore.defang import defang as without_fangs

            document = document.changed(without_fangs)
        out.write(pieces(document, format, look(output)))


def look(output: str) -> "Look":
    """How a page looks there: on a terminal as wide as that, in a file always the same."""
    import shutil

    from sesscore.formats import Look
    from sesscore.output import on_terminal
    from sesscore.render import PAGE

    if output != STDOUT:
        return Look()
    columns = max(PAGE, shutil.get_terminal_size((PAGE, 0)).columns) if sys.stdout.isatty() else PAGE
    return Look(on_terminal(), sys.stdout.encoding, columns)


def own_folder(given: str | None) -> Path:
    """Where the user's reports lie."""
    if given is not None:
        return Path(given)
    from platformdirs import user_config_path

    return user_config_path("sesscore", appauthor=False) / "reports"


def given(report: "Report", words: Sequence[str]) -> dict[str, "Value"]:
    """The options of a report by its parameters: of the command line, else of variables, else of the configuration.

    Raises UsageError.
    """
    from sesscore.errors import UsageError

    by_option = {f"--{one.option}": one for one in report.parameters.values()}
    configured = click.get_current_context().ensure_object(options.Settings).reports.get(report.name, {})
    values = {**configured, **dict(_of_variables(report))}
    waiting = list(words)
    while waiting:
        option, equals, text = waiting.pop(0).partition("=")
        parameter = by_option.get(option)
        if parameter is None:
            known = ", ".join(by_option) or "none"
            raise UsageError(f"report {report.name} has no option {option}", hint=f"one of: {known}")
        if not equals:
            if not waiting:
                raise UsageError(f"{option} needs a value")
            text = waiting.pop(0)
        values[parameter.name] = parameter.value(text)
    return values


def _of_variables(report: "Report") -> Iterator[tuple[str, "Value"]]:
    """Named as those of other options: --top of `report summary` is SESSCORE_REPORT_SUMMARY_TOP."""
    for one in report.parameters.values():
        variable = f"SESSCORE_REPORT_{report.name}_{one.name}".replace("-", "_").upper()
        if text := os.environ.get(variable):
            yield one.name, one.value(text)
