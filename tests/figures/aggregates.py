"""Reports daily, weekly and monthly: documents of the older tools, with true figures.

What needs enrichment is there, and null or empty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from figures.alerts import alerts
from figures.counting import EMPTY, Row, artifact, distinct, most
from figures.rarest import rarest
from figures.selection import LOGINS, TRANSFERS, Selection, Stretch
from figures.times import average, day_text, hundredths, monday_of, month_before, month_end, month_of, week_text

TOP = 10


def daily(selection: Selection, top: int = TOP, all_sensors: bool = False) -> Row:
    """A document for each day from the first to the last on which anything happened."""

    def documents(of: Selection, gaps: bool) -> dict[int, Row]:
        pieces = _filled(of.days, lambda day: day + 1) if gaps else of.days
        return {day: _day(of, day, piece, top) for day, piece in pieces.items()}

    return {"days": _with_sensors(selection, documents, all_sensors)}


def weekly(selection: Selection, all_sensors: bool = False) -> Row:
    """A document for each ISO week from the first to the last in which anything happened."""

    def documents(of: Selection, gaps: bool) -> dict[int, Row]:
        weeks = of.by(lambda us: monday_of(of.day(us)))
        pieces = _filled(weeks, lambda monday: monday + 7) if gaps else weeks
        return {monday: _week(of, monday, piece) for monday, piece in pieces.items()}

    return {"weeks": _with_sensors(selection, documents, all_sensors)}


def monthly(selection: Selection, all_sensors: bool = False) -> Row:
    """A document for each month from the first to the last in which anything happened."""

    def documents(of: Selection, gaps: bool) -> dict[int, Row]:
        whole = of.but(since_us=None, until_us=None)
        before = whole.by(lambda us: month_of(of.day(us)))
        months = of.by(lambda us: month_of(of.day(us)))
        pieces = _filled(months, lambda first: month_end(first) + 1) if gaps else months
        return {
            first: _month(of, first, piece, before.get(month_before(first), Stretch()))
            for first, piece in pieces.items()
        }

    return {"months": _with_sensors(selection, documents, all_sensors)}


def _filled(pieces: dict[int, Stretch], after: Callable[[int], int]) -> dict[int, Stretch]:
    """With the pieces between them in which nothing happened, if these are not too many in a row."""
    filled: dict[int, Stretch] = {}
    for key in sorted(pieces):
        empty: list[int] = []
        while filled and len(empty) <= EMPTY and (between := after(empty[-1] if empty else max(filled))) < key:
            empty.append(between)
        filled |= {between: Stretch() for between in empty if len(empty) <= EMPTY}
        filled[key] = pieces[key]
    return filled


def _with_sensors(
    selection: Selection, documents: Callable[[Selection, bool], dict[int, Row]], all_sensors: bool
) -> list[Row]:
    """The documents in order; if asked for, each with those of the sensors that had anything in its time."""
    found = documents(selection, True)
    if all_sensors:
        names = sorted({event.sensor for event in selection.stretch.events})
        of_sensors = [documents(selection.but(sensor=name), False) for name in names]
        for key, document in found.items():
            document["sensors"] = [of_sensor[key] for of_sensor in of_sensors if key in of_sensor]
    return [found[key] for key in sorted(found)]


# --- what all have -------------------------------------------------------------------------------------------------


def _head(selection: Selection, report: str, first: int) -> Row:
    """`@timestamp` is the beginning, `generated_at` null: the same database gives the same bytes."""
    return {
        "@timestamp": f"{day_text(first)}T00:00:00.000000Z",
        "generated_at": None,
        "report_type": report,
        "sensor": selection.sensor or "aggregate",
    }


def sessions_of(piece: Stretch) -> Row:
    """Sessions that began, and who they were by all login tries."""
    tries = piece.of(*LOGINS)
    return {
        "total": len(piece.sessions),
        "unique_ips": distinct(session.src_ip for session in piece.sessions),
        "unique_usernames": distinct(one.username for one in tries),
        "unique_passwords": distinct(one.password for one in tries),
    }


def commands_of(piece: Stretch) -> Row:
    typed = piece.of("command")
    return {"total": len(typed), "unique": distinct(one.value for one in typed)}


def files_of(piece: Stretch) -> Row:
    """All transfers; the hashes of nothing are no artifacts."""
    return {
        "downloads_total": len(piece.of("download")),
        "uploads_total": len(piece.of("upload")),
        "unique_hashes": distinct(artifact(one.shasum) for one in piece.of(*TRANSFERS)),
    }


def _days(selection: Selection, piece: Stretch) -> int:
    return len({selection.day(event.at_us) for event in piece.events})


# --- a day ---------------------------------------------------------------------------------------------------------


def _day(selection: Selection, day: int, piece: Stretch, top: int) -> Row:
    return {
        **_head(selection, "daily", day),
        "date": day_text(day),
        "sessions": {**sessions_of(piece), **_spread(piece), **_tops(piece, top)},
        "commands": {**commands_of(piece), "top_commands": _top(Counter(a.value for a in piece.of("command")), top)},
        "files": {
            **files_of(piece),
            "unique_vt_classifications": None,
            "vt_classifications_top": [],
            "top_hashes": _top(Counter(artifact(a.shasum) for a in piece.of(*TRANSFERS)), top),
            "recent_vt_submissions": None,
        },
        "enrichments": {
            "urlhaus_tags_top": [],
            "asn_top": [],
            "country_top": [],
            "spur_infrastructure_top": [],
            "spur_tunnels": {"total": None, "anonymous": None},
        },
        "abnormalities": {
            "uncommon_command_sessions": _uncommon(piece),
            "recent_vt_submission_sessions": None,
        },
        "alerts": alerts(selection, day, piece),
    }


def _spread(piece: Stretch) -> Row:
    """How many commands, and how long; protocols that no event states are `unknown`."""
    counts = [session.command_count for session in piece.sessions]
    return {
        "avg_commands": average(sum(counts), len(counts)),
        "max_commands": max(counts, default=0),
        "min_commands": min(counts, default=0),
        "avg_duration": average(sum(session.duration_ms for session in piece.sessions), 1000 * len(counts)),
        "protocols": dict(Counter(session.protocol or "unknown" for session in piece.sessions)),
    }


def _tops(piece: Stretch, top: int) -> Row:
    tries = piece.of(*LOGINS)
    pairs = Counter((one.username, one.password) for one in tries)
    combinations = (
        (n, pair, {"value": f"{pair[0]}:{pair[1]}", "count": n}) for pair, n in pairs.items() if None not in pair
    )
    return {
        "top_usernames": _top(Counter(one.username for one in tries), top),
        "top_passwords": _top(Counter(one.password for one in tries), top),
        "top_combinations": most(combinations, top),
    }


def _top(counts: Counter[Any], top: int) -> list[Row]:
    rows = ((n, (value,), {"value": value, "count": n}) for value, n in counts.items() if value is not None)
    return most(rows, top)


def _uncommon(piece: Stretch) -> int:
    rare = rarest(session.command_count for session in piece.sessions)
    return sum(session.command_count in rare for session in piece.sessions)


# --- a week, a month -----------------------------------------------------------------------------------------------


def _range(first: int, last: int) -> Row:
    return {"start": day_text(first), "end": day_text(last)}


def _alerts_by_day(selection: Selection, piece: Stretch) -> list[tuple[str, Row]]:
    days = {selection.day(event.at_us) for event in piece.events}
    return [(day_text(day), alert) for day in sorted(days) for alert in alerts(selection, day, selection.days[day])]


def _week(selection: Selection, monday: int, piece: Stretch) -> Row:
    days, sessions, commands = _days(selection, piece), sessions_of(piece), commands_of(piece)
    return {
        **_head(selection, "weekly", monday),
        "year_week": week_text(monday),
        "date_range": _range(monday, monday + 6),
        "days_included": days,
        "sessions": {**sessions, "daily_average": average(sessions["total"], days)},
        "commands": {**commands, "daily_average": average(commands["total"], days)},
        "files": files_of(piece),
        "alerts_summary": [{"date": date, **alert} for date, alert in _alerts_by_day(selection, piece)],
    }


def _month(selection: Selection, first: int, piece: Stretch, before: Stretch) -> Row:
    days, sessions, commands, files = _days(selection, piece), sessions_of(piece), commands_of(piece), files_of(piece)
    return {
        **_head(selection, "monthly", first),
        "year_month": day_text(first)[:-3],
        "date_range": _range(first, month_end(first)),
        "days_included": days,
        "sessions": {**sessions, "daily_average": average(sessions["total"], days)},
        "commands": {**commands, "daily_average": average(commands["total"], days)},
        "files": {
            **files,
            "daily_average_downloads": average(files["downloads_total"], days),
            "recent_vt_submissions": None,
        },
        "enrichments": {
            "unique_vt_classifications": None,
            "unique_urlhaus_tags": None,
            "unique_countries": None,
            "unique_asns": None,
        },
        "alerts_summary": _by_type(_alerts_by_day(selection, piece)),
        "trends": _trends(sessions, files, before),
    }


def _by_type(found: list[tuple[str, Row]]) -> Row:
    messages: dict[str, list[Row]] = {}
    for date, alert in found:
        message = {"date": date, "message": alert["message"], "severity": alert["severity"]}
        messages.setdefault(alert["type"], []).append(message)
    return {name: {"count": len(of_type), "messages": of_type} for name, of_type in messages.items()}


def _trends(sessions: Row, files: Row, before: Stretch) -> Row:
    """In percent of the month before; null if there was nothing then."""
    were, had = sessions_of(before), files_of(before)
    return {
        "sessions_change": _percent(were["total"], sessions["total"]),
        "unique_ips_change": _percent(were["unique_ips"], sessions["unique_ips"]),
        "files_change": _percent(_transfers(had), _transfers(files)),
    }


def _transfers(files: Row) -> int:
    total: int = files["downloads_total"] + files["uploads_total"]
    return total


def _percent(was: int, now: int) -> float | None:
    return hundredths(100 * (now - was), was) if was else None
