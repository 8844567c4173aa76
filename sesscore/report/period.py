"""The time that a report covers, from --since, --until, --during and --tz."""

from dataclasses import dataclass, field

from sesscore.errors import UsageError
from sesscore.report import spans
from sesscore.report.spans import Span
from sesscore.report.zones import DAY_US, Zone, rfc3339, written, zone


@dataclass(frozen=True)
class Period:
    """Half open: `since_us` is the first microsecond of it, `until_us` the first one after it; None sets no bound.

    zone: the name, as given, of the clocks that the bounds were meant on and are written by. asked_us: when `7d` and
    the like were meant; a second period that is meant with this one is meant at the same moment.
    """

    since_us: int | None = None
    until_us: int | None = None
    zone: str = "UTC"
    asked_us: int | None = field(default=None, compare=False)

    @property
    def whole_days(self) -> bool:
        """Whether the bounds that it has are midnights in UTC."""
        return all(us is None or us % DAY_US == 0 for us in (self.since_us, self.until_us))

    @property
    def first_day(self) -> int | None:
        """The first UTC day of which something lies in it, in days since 1970."""
        return None if self.since_us is None else self.since_us // DAY_US

    @property
    def end_day(self) -> int | None:
        """The first UTC day after it."""
        return None if self.until_us is None else -(-self.until_us // DAY_US)

    @property
    def since(self) -> str | None:
        """The first bound in RFC 3339, in UTC."""
        return None if self.since_us is None else rfc3339(self.since_us)

    @property
    def until(self) -> str | None:
        """The second bound in RFC 3339, in UTC."""
        return None if self.until_us is None else rfc3339(self.until_us)

    def text(self) -> str:
        """For people, by the clocks of the zone: both bounds and a dash, or `since …`, `until …`, `all time`."""
        clocks = zone(self.zone)
        if self.since_us is not None and self.until_us is not None:
            return f"{written(self.since_us, clocks)} – {written(self.until_us, clocks)} {clocks.name}"
        if self.since_us is not None:
            return f"since {written(self.since_us, clocks)} {clocks.name}"
        if self.until_us is not None:
            return f"until {written(self.until_us, clocks)} {clocks.name}"
        return "all time"


def read_period(
    since: str | None = None,
    until: str | None = None,
    during: str | None = None,
    *,
    tz: str = "UTC",
    now_us: int,
    prefix: str = "--",
) -> Period:
    """The period that the texts of the options mean at the moment `now_us`.

    A text that names a span (a day, week, month or year) is its beginning as `since`, its end as `until`, and both as
    `during`, which stands instead of the other two. prefix: of the options, for errors. Raises UsageError.
    """
    clocks = zone(tz)
    if during is not None:
        if since is not None or until is not None:
            hint = f"{prefix}during {during}, or {prefix}since and {prefix}until"
            raise UsageError(
                f"{prefix}during says what {prefix}since and {prefix}until say, so it stands alone", hint=hint
            )
        return _during(prefix, during, clocks, now_us)
    first = None if since is None else _read(f"{prefix}since", since, clocks, now_us).since_us
    end = None if until is None else _end(_read(f"{prefix}until", until, clocks, now_us))
    found = Period(first, end, clocks.name, now_us)
    if first is not None and end is not None and first >= end:
        raise UsageError(
            f"no time lies between {prefix}since and {prefix}until: {found.text()}",
            hint=f"{prefix}until names the end, which comes later: a day, week or month is meant up to its own end",
        )
    return found


def _during(prefix: str, text: str, clocks: Zone, now_us: int) -> Period:
    option = f"{prefix}during"
    span = _read(option, text, clocks, now_us)
    if span.until_us is None:
        spans_of_time = f"{option} with a day, week, month or year: 2026-11-03, 2026-W46, 2026-11, yesterday"
        raise UsageError(
            f'{option} "{text}" names a moment, no span of time', hint=f"{prefix}since {text}; or {spans_of_time}"
        )
    if span.since_us >= span.until_us:
        raise UsageError(f'{option} "{text}": the clocks of {clocks.name} skipped it', hint="--tz UTC")
    return Period(span.since_us, span.until_us, clocks.name, now_us)


def _end(span: Span) -> int:
    return span.since_us if span.until_us is None else span.until_us


def _read(option: str, text: str, clocks: Zone, now_us: int) -> Span:
    try:
        return spans.read(text, clocks, now_us)
    except ValueError as error:
        raise UsageError(f'{option} "{text}" {error}', hint=f"{option} with one of {spans.EXAMPLES}") from error
