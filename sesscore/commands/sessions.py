"""`sesscore sessions`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from sesscore.commands.report import completed, described, given, of_reports, print_report

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class _Sessions(click.Command):
    """Its help lists the filters."""

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """After the options."""
        from sesscore.report.registry import report

        with formatter.section("Filters, order and pages"):
            formatter.write_dl(list(described(report("sessions"))))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """The filters, too."""
        return super().shell_complete(ctx, incomplete) + completed("sessions", None, incomplete)


@click.command(cls=_Sessions, context_settings={"ignore_unknown_options": True})
@of_reports
def sessions(options_of_the_report: Sequence[str], **asked: Any) -> None:
    """List sessions by filters; the same as `sesscore report sessions`."""
    from sesscore.report.registry import report

    found = report("sessions")
    print_report(found, given(found, options_of_the_report), **asked)
