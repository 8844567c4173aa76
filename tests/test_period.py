"""What --since, --until, --during and --tz mean, to the microsecond, wherever clocks are changed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import click
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from sesscore import render
from sesscore.commands import periods
from sesscore.config_values import Value, Where
from sesscore.errors import UsageError
from sesscore.report.period import Period, read_period
from sesscore.report.zones import DAY_US, END_US, FIRST_US, NamedZone, rfc3339, written, zone

NOW = "2026-11-27T22:13:31.000005Z"  # a Friday
MINUTE_US = 60_000_000


def us(text):
    """A moment from its RFC 3339 form, by Python's own reader."""
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def read(*texts, tz="UTC", now=NOW, **options):
    return read_period(*texts, tz=tz, now_us=us(now), **options)


def bounds(period):
    return period.since, period.until


def day(text):
    return f"{text}T00:00:00.000000Z"


# What texts mean

SPANS = [
    ("2026-11-03", "2026-11-03", "2026-11-04"),
    ("2024-02-29", "2024-02-29", "2024-03-01"),
    ("2026-12-31", "2026-12-31", "2027-01-01"),
    ("2026-W46", "2026-11-09", "2026-11-16"),
    ("2026-w01", "2025-12-29", "2026-01-05"),  # the week of the first Thursday
    ("2026-W53", "2026-12-28", "2027-01-04"),
    ("2025-W52", "2025-12-22", "2025-12-29"),
    ("2021-W01", "2021-01-04", "2021-01-11"),
    ("2026-11", "2026-11-01", "2026-12-01"),
    ("2026-12", "2026-12-01", "2027-01-01"),
    ("2024-02", "2024-02-01", "2024-03-01"),
    ("2026", "2026-01-01", "2027-01-01"),
    ("today", "2026-11-27", "2026-11-28"),
    ("Yesterday", "2026-11-26", "2026-11-27"),
    (" 2026-11-03 ", "2026-11-03", "2026-11-04"),
    ("0001-01-01", "0001-01-01", "0001-01-02"),
    ("9999-12-31", "9999-12-31", "10000-01-01"),
    ("9999-12", "9999-12-01", "10000-01-01"),
    ("9999", "9999-01-01", "10000-01-01"),
    ("9999-W52", "9999-12-27", "10000-01-03"),
]

INSTANTS = [
    ("2026-11-03T12:30", "2026-11-03T12:30:00.000000Z"),
    ("2026-11-03 12:30", "2026-11-03T12:30:00.000000Z"),
    ("2026-11-03t12:30:01z", "2026-11-03T12:30:01.000000Z"),
    ("2026-11-03T12:30:01.5", "2026-11-03T12:30:01.500000Z"),
    ("2026-11-03T12:30:01,25Z", "2026-11-03T12:30:01.250000Z"),
    ("2026-11-03T12:30:01.1234569Z", "2026-11-03T12:30:01.123456Z"),
    ("2026-11-03T12:30:01.000000999", "2026-11-03T12:30:01.000000Z"),
    ("2026-11-03T12:30+02:00", "2026-11-03T10:30:00.000000Z"),
    ("2026-11-03T12:30:00-0330", "2026-11-03T16:00:00.000000Z"),
    ("2026-11-03 23:59:59.999999 -00:01", "2026-11-04T00:00:59.999999Z"),
    ("0001-01-01T00:00+01:00", "0000-12-31T23:00:00.000000Z"),
    ("9999-12-31T23:00-02:00", "10000-01-01T01:00:00.000000Z"),
    ("now", "2026-11-27T22:13:31.000005Z"),
    ("30m", "2026-11-27T21:43:31.000005Z"),
    ("12H", "2026-11-27T10:13:31.000005Z"),
    ("48h", "2026-11-25T22:13:31.000005Z"),
    ("0m", "2026-11-27T22:13:31.000005Z"),
    ("0d", "2026-11-27T00:00:00.000000Z"),
    ("7d", "2026-11-20T00:00:00.000000Z"),
    ("2w", "2026-11-13T00:00:00.000000Z"),
]


@pytest.mark.parametrize(("text", "first", "end"), SPANS, ids=[span[0] for span in SPANS])
def test_a_span_is_its_beginning_as_since_and_its_end_as_until(text, first, end):
    assert bounds(read(text)) == (day(first), None)
    assert bounds(read(None, text)) == (None, day(end))
    assert bounds(read(text, text)) == (day(first), day(end))
    assert read(during=text) == read(text, text)


@pytest.mark.parametrize(("text", "moment"), INSTANTS, ids=[instant[0] for instant in INSTANTS])
def test_an_instant_is_the_same_as_since_and_as_until(text, moment):
    assert bounds(read(text)) == (moment, None)
    assert bounds(read(None, text)) == (None, moment)
    with pytest.raises(UsageError, match="no span"):
        read(during=text)


def test_nothing_is_all_time():
    assert read() == Period(None, None, "UTC")
    assert read().text() == "all time"


WRONG = ["", " ", "x", "7", "d", "7x", "-7d", "+7d", "7 d", "7.5d", "1234567890d", "tomorrow", "2026-", "2026-1",
         "2026-00", "2026-13", "2026-11-00", "2026-11-31", "2023-02-29", "0000", "0000-01", "0000-W01", "0000-01-01",
         "2025-W53", "2026-W00", "2026-W54", "2026-W1", "2026W46", "2026-W46-1", "20261103", "2026/11/03",
         "2026-11-03T", "2026-11-03T12", "2026-11-03T24:00", "2026-11-03T12:60", "2026-11-03T12:30:60",
         "2026-11-03T12:30:", "2026-11-03T12:30.5", "2026-11-03T12:30:01.", "2026-11-03T12:30+24:00",
         "2026-11-03T12:30+02:60", "2026-11-03T12:30+02", "2026-11-03T12:30 UTC", "٢٠٢٦", "２０２６",
         "10000-01-01", "110000w", "999999999h", "800000d", "1" * 5000 + "d", "2026-11-03\x1b[2J",
         "\ud800"]  # fmt: skip


@pytest.mark.parametrize("option", ["since", "until", "during"])
@pytest.mark.parametrize("text", WRONG, ids=lambda text: ascii(text[:40]))
def test_what_is_wrong_is_said(text, option):
    """With the option, the text and examples."""
    with pytest.raises(UsageError) as raised:
        read(**{option: text})
    assert raised.value.exit_code == 2
    assert f'--{option} "{text}"' in raised.value.what
    assert "2026-11-03" in raised.value.hint


@settings(deadline=None)
@given(st.text(st.characters(categories=None), max_size=30), st.sampled_from(["since", "until", "during", "tz"]))
def test_any_text_is_read_or_refused(text, option):
    try:
        read(**{option: text}).text()
    except UsageError as error:
        said = error.what
    else:
        return
    assert f'--{option} "{text}"' in said


def test_bounds_that_hold_nothing_between():
    for since, until in [("2026-11-03", "2026-11-02"), ("2026-11-03T12:00", "2026-11-03T12:00"), ("now", "now")]:
        with pytest.raises(UsageError, match="no time lies between") as raised:
            read(since, until)
        assert raised.value.hint.startswith("--until names the end")
    read("2026-11-03T12:00", "2026-11-03T12:00:00.000001")


def test_during_stands_alone():
    for others in ({"since": "7d"}, {"until": "7d"}, {"since": "7d", "until": "now"}):
        with pytest.raises(UsageError, match="stands alone"):
            read(during="2026-11", **others)


DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))


@settings(deadline=None)
@given(DAYS)
def test_days_months_and_years_tile_the_calendar(one):
    week = "{:04}-W{:02}".format(*one.isocalendar()[:2])
    for text in (one.isoformat(), one.isoformat()[:7], one.isoformat()[:4], week):
        span = read(during=text)
        start = (one.toordinal() - date(1970, 1, 1).toordinal()) * DAY_US
        assert span.since_us <= start < span.until_us
        assert span.whole_days
        assert span.until_us - span.since_us in {n * DAY_US for n in (1, 7, 28, 29, 30, 31, 365, 366)}


# Zones


@pytest.mark.parametrize(
    ("tz", "text", "since", "until"),
    [
        ("UTC", "2026-11-03", "2026-11-03T00:00Z", "2026-11-04T00:00Z"),
        ("utc", "2026-11-03", "2026-11-03T00:00Z", "2026-11-04T00:00Z"),
        ("Z", "2026-11-03", "2026-11-03T00:00Z", "2026-11-04T00:00Z"),
        ("+02:00", "2026-11-03", "2026-11-02T22:00Z", "2026-11-03T22:00Z"),
        ("-0330", "2026-11-03", "2026-11-03T03:30Z", "2026-11-04T03:30Z"),
        ("Europe/Berlin", "2026-11-03", "2026-11-02T23:00Z", "2026-11-03T23:00Z"),
        ("Europe/Berlin", "2026-07", "2026-06-30T22:00Z", "2026-07-31T22:00Z"),
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00Z", "2026-03-29T22:00Z"),  # 23 hours
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00Z", "2026-10-25T23:00Z"),  # 25 hours
        ("Europe/Berlin", "2026", "2025-12-31T23:00Z", "2026-12-31T23:00Z"),
        ("Europe/Berlin", "today", "2026-11-26T23:00Z", "2026-11-27T23:00Z"),
        ("Asia/Tokyo", "today", "2026-11-27T15:00Z", "2026-11-28T15:00Z"),  # where it is Saturday
        ("Asia/Tokyo", "yesterday", "2026-11-26T15:00Z", "2026-11-27T15:00Z"),
        ("Asia/Kolkata", "2026-W46", "2026-11-08T18:30Z", "2026-11-15T18:30Z"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00Z", "2018-11-05T02:00Z"),  # begins at 01:00
        ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00Z", "2018-02-18T03:00Z"),  # its last hour comes twice
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30Z", "1919-04-01T04:00Z"),  # begins at 00:30
        ("America/Havana", "2026-11-01", "2026-11-01T04:00Z", "2026-11-02T05:00Z"),  # its first hour comes twice
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00Z", "2011-12-30T10:00Z"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00Z", "2011-12-31T10:00Z"),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00Z", "2026-04-05T13:30Z"),  # half an hour is put back
    ],
)
def test_days_of_a_zone(tz, text, since, until):
    found = read(during=text, tz=tz)
    assert (found.since_us, found.until_us) == (us(since), us(until))


@pytest.mark.parametrize(
    ("tz", "text", "moment"),
    [
        # 2026-03-29 02:00 becomes 03:00
        ("Europe/Berlin", "2026-03-29T01:59:59.999999", "2026-03-29T00:59:59.999999Z"),
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T02:59:59.999999", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T03:00:00.000001", "2026-03-29T01:00:00.000001Z"),
        # 2026-10-25 03:00 becomes 02:00
        ("Europe/Berlin", "2026-10-25T01:59:59.999999", "2026-10-24T23:59:59.999999Z"),
        ("Europe/Berlin", "2026-10-25T02:00", "2026-10-25T00:00:00Z"),
        ("Europe/Berlin", "2026-10-25T02:59:59.999999", "2026-10-25T00:59:59.999999Z"),
        ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00Z"),
        ("Europe/Berlin", "2026-10-25T02:30+01:00", "2026-10-25T01:30:00Z"),  # an offset names the second one
        ("Europe/Berlin", "2026-10-25T02:30Z", "2026-10-25T02:30:00Z"),
    ],
)
def test_times_about_a_change_of_clocks(tz, text, moment):
    assert read(text, tz=tz).since_us == us(moment)


def test_hours_are_exact_and_days_are_days_of_the_zone():
    """The night of the change lies between."""
    now = "2026-10-26T12:00:00Z"
    assert read("24h", tz="Europe/Berlin", now=now).since_us == us("2026-10-25T12:00Z")
    assert read("1d", tz="Europe/Berlin", now=now).since_us == us("2026-10-24T22:00Z")
    assert read("0d", tz="Europe/Berlin", now=now).since_us == us("2026-10-25T23:00Z")
    assert read("1w", tz="Europe/Berlin", now=now).since_us == us("2026-10-18T22:00Z")


def test_a_day_that_was_skipped():
    with pytest.raises(UsageError, match="clocks of Pacific/Apia skipped it"):
        read(during="2011-12-30", tz="Pacific/Apia")


ZONES = ["Europe/Berlin", "America/Sao_Paulo", "America/St_Johns", "America/Havana", "America/Toronto", "Asia/Beirut",
         "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu", "Africa/Monrovia"]  # fmt: skip


def changes(name, first, last):
    """The minutes, counted from 1970, after which the offset of a zone is another one."""
    rules, found, minute = ZoneInfo(name), [], first // MINUTE_US

    def offset(minute):
        return datetime.fromtimestamp(minute * 60, rules).utcoffset()

    while minute < last // MINUTE_US:
        if offset(minute) != offset(minute + 720):
            found += [m for m in range(minute, minute + 720) if offset(m) != offset(m + 1)]
        minute += 720
    return found


CHANGES = [(name, at) for name in ZONES for year in (2010, 2011, 2018, 2026)
           for at in changes(name, us(f"{year}-01-01T00:00Z"), us(f"{year + 1}-01-01T00:00Z"))]  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(CHANGES), st.integers(-180, 180), st.integers(0, MINUTE_US - 1) | st.just(0))
def test_the_first_moment_at_which_clocks_show_a_time_or_a_later_one(change, minutes, more):
    name, at = change
    clocks = NamedZone(name, ZoneInfo(name))
    wall = clocks.shown(at * MINUTE_US) + minutes * MINUTE_US + more  # as if the clocks were not changed
    found = clocks.instant(wall)
    assert clocks.shown(found) >= wall
    assert clocks.shown(found - 1) < wall
    assert all(clocks.shown(found - m * MINUTE_US) < wall for m in range(1, 300))


@settings(deadline=None)
@given(st.sampled_from(ZONES), DAYS)
def test_days_of_a_zone_meet(name, one):
    if one in (date(1, 1, 1), date(9999, 12, 31)):
        return
    texts = [(one + timedelta(days=n)).isoformat() for n in (0, 1)]
    assert read(None, texts[0], tz=name).until_us == read(texts[1], tz=name).since_us


@settings(deadline=None)
@given(st.sampled_from(ZONES), st.integers(FIRST_US + 2 * DAY_US, END_US - 2 * DAY_US - 1))
def test_clocks_show_what_python_says(name, at):
    time = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).astimezone(ZoneInfo(name))
    clocks = zone(name)
    assert clocks.shown(at) == us(time.replace(tzinfo=UTC).isoformat())
    assert written(at, clocks) == str(time)


@settings(deadline=None)
@given(st.sampled_from(["UTC", "+14:00", "-23:59", *ZONES]), st.integers(-(2**63), 2**63 - 1))
def test_no_moment_is_too_early_or_too_late(name, at):
    clocks = zone(name)
    assert abs(clocks.shown(at) - at) < DAY_US
    assert abs(clocks.instant(at) - at) < DAY_US
    Period(at, at + 1, name).text()
    rfc3339(at)


@settings(deadline=None)
@given(st.integers(FIRST_US - 300 * 365 * DAY_US, END_US + 300 * 365 * DAY_US))
def test_moments_are_written_as_everywhere(at):
    assert rfc3339(at) == render.moment(at)


@pytest.mark.parametrize(
    ("name", "like"),
    [("berlin", "Europe/Berlin"), ("europe/berlin ", "Europe/Berlin"), ("Asia/Tokio", "Asia/Tokyo"), ("", "--tz"),
     ("../../etc/passwd", "--tz"), ("/etc/localtime", "--tz"), ("Europe", "Europe/"), ("zone.tab", "--tz"),
     ("a\0b", "--tz"), ("\ud800", "--tz"), ("+25:00", "+02:00"), ("+2", "+02:00"), ("x" * 5000, "--tz")],
)  # fmt: skip
def test_a_zone_that_there_is_not(name, like):
    with pytest.raises(UsageError, match="is no zone") as raised:
        read(tz=name)
    assert f'--tz "{name}"' in raised.value.what
    assert like in raised.value.hint


def test_a_system_without_zones(monkeypatch):
    monkeypatch.setattr("zoneinfo.available_timezones", set)
    monkeypatch.setattr("zoneinfo.ZoneInfo", lambda name: (_ for _ in ()).throw(KeyError(name)))
    assert read(during="2026-11-03", tz="+02:00")
    with pytest.raises(UsageError, match="no tz database") as raised:
        read(tz="Europe/Berlin")
    assert "tzdata" in raised.value.hint


# What a period says of itself


@pytest.mark.parametrize(
    ("since", "until", "tz", "text"),
    [
        ("2026-11-03", "2026-11-09", "UTC", "2026-11-03 00:00:00 – 2026-11-10 00:00:00 UTC"),
        ("2026-11-03", None, "UTC", "since 2026-11-03 00:00:00 UTC"),
        (None, "2026-11", "UTC", "until 2026-12-01 00:00:00 UTC"),
        ("2026-11-03T12:30:00.000001", None, "UTC", "since 2026-11-03 12:30:00.000001 UTC"),
        ("2026-11-03", None, "+02:00", "since 2026-11-03 00:00:00 +02:00"),
        (
            "2026-10-25",
            "2026-10-25",
            "Europe/Berlin",
            "2026-10-25 00:00:00+02:00 – 2026-10-26 00:00:00+01:00 Europe/Berlin",
        ),
        (None, "9999", "UTC", "until 10000-01-01 00:00:00 UTC"),
    ],
)
def test_it_is_written(since, until, tz, text):
    assert read(since, until, tz=tz).text() == text


def test_days_that_it_touches():
    def days(since, until):
        found = Period(since, until)
        return found.first_day, found.end_day, found.whole_days

    assert days(None, None) == (None, None, True)
    assert days(0, DAY_US) == (0, 1, True)
    assert days(-1, 1) == (-1, 1, False)
    assert days(DAY_US - 1, DAY_US) == (0, 1, False)
    assert days(DAY_US, DAY_US + 1) == (1, 2, False)
    assert days(None, -DAY_US) == (None, -1, True)
    assert days(-DAY_US - 1, None) == (-2, None, False)


# The options


@click.command()
@click.argument("name")
@periods.period
def asking(name, period):
    click.echo(f"{name}: {period.text()}")


@pytest.fixture
def ask(monkeypatch):
    monkeypatch.setattr(periods, "now_us", lambda: us(NOW))

    def run(*arguments, file=None, **variables):
        done = CliRunner().invoke(asking, ["x", *arguments], env=variables, default_map=file, auto_envvar_prefix="TRY")
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output.strip().removeprefix("x: ")

    return run


def test_a_command_gets_one_period(ask):
    assert ask() == "all time"
    assert ask("--since", "7d") == "since 2026-11-20 00:00:00 UTC"
    assert ask("--during", "2026-W46", "--tz", "+01:00") == "2026-11-09 00:00:00 – 2026-11-16 00:00:00 +01:00"
    with pytest.raises(UsageError):
        ask("--since", "x")


def test_options_are_shown_in_their_order(ask):
    shown = ask("--help")
    assert sorted(("--since", "--until", "--during", "--tz"), key=lambda name: shown.index(f"  {name} ")) == [
        "--since", "--until", "--during", "--tz",
    ]  # fmt: skip
    assert "without --until to the end" in " ".join(shown.split())


def test_variables_and_file(ask):
    assert ask(SESSCORE_TZ="+01:00", SESSCORE_SINCE="2026") == "since 2026-01-01 00:00:00 +01:00"
    assert ask(SESSCORE_SINCE="2026", TRY_SINCE="2025") == "since 2025-01-01 00:00:00 UTC"
    assert ask("--since", "2024", SESSCORE_SINCE="2026", TRY_SINCE="2025") == "since 2024-01-01 00:00:00 UTC"
    assert ask(file={"during": "2026"}) == "2026-01-01 00:00:00 – 2027-01-01 00:00:00 UTC"


@pytest.mark.parametrize(
    ("key", "text", "what"),
    [("since", "2026-13", "names a day that there is not"), ("until", "x", "is no time"),
     ("during", "7d", "no span"), ("tz", "Europe/Brelin", "is no zone")],
)  # fmt: skip
def test_a_configuration_file_is_checked_before_it_is_needed(key, text, what):
    option = next(option for option in asking.params if option.name == key)
    with pytest.raises(UsageError, match=what) as raised:
        Value(option, key, Where("c.toml", "[report]")).read(text)
    assert (raised.value.where, raised.value.what[: len(key) + 3]) == ("c.toml, [report]", f"`{key}`:")
    assert Value(option, key, Where("c.toml")).read("+02:00" if key == "tz" else "yesterday")


def test_the_nearer_of_during_and_its_likes_counts(ask):
    """What is typed is not refused for what is set for all commands."""
    november, week = "2026-11-01 00:00:00 – 2026-12-01 00:00:00 UTC", "since 2026-11-09 00:00:00 UTC"
    assert ask("--during", "2026-11", SESSCORE_SINCE="2026-W46") == november
    assert ask("--since", "2026-W46", SESSCORE_DURING="2026-11") == week
    assert ask("--during", "2026-11", file={"since": "2026-W46", "until": "now"}) == november
    assert ask(SESSCORE_SINCE="2026-W46", file={"during": "2026-11"}) == week
    assert ask("--until", "2026-11", SESSCORE_SINCE="2026-11", file={"during": "2025"}) == november
    for both in (
        {"SESSCORE_SINCE": "2026-W46", "SESSCORE_DURING": "2026-11"},
        {"file": {"since": "1d", "during": "2025"}},
    ):
        with pytest.raises(UsageError, match="stands alone"):
            ask(**both)
    with pytest.raises(UsageError, match="stands alone"):
        ask("--during", "2026-11", "--until", "now")
