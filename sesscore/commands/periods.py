"""The options that say for which time a command answers: --since, --until, --during, --tz."""

import functools
import time
from typing import Any

import click
from click.core import ParameterSource

from sesscore.commands.options import Command, Shared

_SINCE = "From then on, without --until to the end: 2026-11-03, 2026-11-03T12:30, 7d, 12h, yesterday, 2026-W46, 2026."
_UNTIL = "Up to then, written like --since: of a day, week, month or year to its end; a time is not part of it."
_DURING = "One day, week, month or year: 2026-11-03, 2026-W46, 2026-11, today. Instead of --since and --until."
_TZ = "Whose days and clocks are meant: UTC, +02:00, or a name like Europe/Berlin."

# Where a value comes from, nearest first: what is typed is meant more than what is set for all commands.
_PLACES = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT, ParameterSource.DEFAULT_MAP)


class PeriodText(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.4 on
    """What one of these options is told, as it is; checked at once, so that a configuration file is too."""

    name = "text"

    def __init__(self, option: str) -> None:
        self.option = option

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> str:
        """The text. Raises UsageError: it means nothing."""
        from sesscore.report.period import read_period

        read_period(**{self.option: value}, now_us=now_us())
        return str(value)


def period(command: Command) -> Command:
    """--since, --until, --during and --tz, which the command gets as one argument `period`. It raises UsageError."""

    @functools.wraps(command)
    def with_period(
        *arguments: Any, since: str | None, until: str | None, during: str | None, tz: str, **others: Any
    ) -> Any:
        from sesscore.report.period import read_period

        asked = {"since": since, "until": until, "during": during}
        asked = _nearest(asked, click.get_current_context())
        bounds = read_period(asked["since"], asked["until"], asked["during"], tz=tz, now_us=now_us())
        return command(*arguments, period=bounds, **others)

    with_options: Command = with_period
    for name, metavar, default, text in reversed(
        (
            ("since", "TIME", None, _SINCE),
            ("until", "TIME", None, _UNTIL),
            ("during", "SPAN", None, _DURING),
            ("tz", "ZONE", "UTC", _TZ),
        )
    ):
        with_options = click.option(
            f"--{name}",
            cls=Shared,
            type=PeriodText(name),
            envvar=f"SESSCORE_{name.upper()}",
            metavar=metavar,
            default=default,
            show_default=default is not None,
            help=text,
        )(with_options)
    return with_options


def now_us() -> int:
    """The time now."""
    return time.time_ns() // 1000


def _nearest(asked: dict[str, str | None], context: click.Context) -> dict[str, str | None]:
    """Leaves out --during, or what it stands for, if the other comes from a nearer place."""

    def place(name: str) -> int:
        source = context.get_parameter_source(name)
        return _PLACES.index(source) if asked[name] is not None and source in _PLACES else len(_PLACES)

    during, bounds = place("during"), min(place("since"), place("until"))
    if during < bounds:
        return {**asked, "since": None, "until": None}
    if bounds < during:
        return {**asked, "during": None}
    return asked
