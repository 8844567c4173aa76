"""The layout of the older tools' text reports: labels, widths, banners and rules as they had them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sesscore.report.document import Labelled, Line, Sheet

_BLANK = Line()
_COMMANDS = (_BLANK, Line(f"{'/' * 18} COMMANDS ATTEMPTED {'/' * 18}"), _BLANK)
_END = (_BLANK, _BLANK, Line("X" * 96), _BLANK)
_HASH = "SHA-256 Hash"

Row = Mapping[str, Any]


def block(session: Row) -> Sheet:
    """The block of a session."""
    yield Labelled("Session", session["session"])
    yield Labelled("Session Duration", f"{seconds(session['duration_ms'])} seconds")
    yield Labelled("Protocol", _stated(session["protocol"]))
    yield Labelled("Username", session["username"] or "")
    yield Labelled("Password", session["password"] or "")
    yield Labelled("Timestamp", session["timestamp"] or "")
    yield Labelled("Source IP Address", _stated(session["src_ip"]))
    yield Labelled("Total Commands Run", str(session["total_commands"]))
    yield from _transfers("DOWNLOAD", map(_download, session["downloads"]))
    yield from _transfers("UPLOAD", map(_upload, session["uploads"]))
    yield from _COMMANDS
    for command in session["commands"]:
        yield Line(f"# {command or ''}")
    yield from _END


def seconds(duration_ms: int) -> str:
    """Five characters of the seconds with three decimals; whole seconds are never cut, and no point ends it."""
    whole, thousandths = divmod(duration_ms, 1000)
    return f"{whole}.{thousandths:03}"[: max(5, len(str(whole)))].rstrip(".")


def defanged(url: str) -> str:
    """An address that nobody follows by mistake; what is written so already stays."""
    return re.sub(r"\[://\]|://", "[://]", re.sub(r"\[\.\]|\.", "[.]", url))


def _stated(text: str | None) -> str:
    return "unknown" if text is None else text


def _transfers(direction: str, transfers: Iterable[Sheet]) -> Iterator[Labelled | Line]:
    """A banner before the first."""
    banner = True
    for transfer in transfers:
        if banner:
            yield from (_BLANK, Line(f"{'-' * 19} {direction} DATA {'-' * 19}"))
            banner = False
        yield _BLANK
        yield from transfer


def _download(one: Row) -> Sheet:
    yield Labelled("Download URL", defanged(one["url"] or ""))
    yield Labelled(f"Download {_HASH}", one["shasum"])
    yield Labelled("Destination File", "")  # events say where, sessions do not keep it


def _upload(one: Row) -> Sheet:
    yield Labelled("Upload URL", "")  # no upload has one
    yield Labelled(f"Upload {_HASH}", one["shasum"])
    yield Labelled("Destination File", one["filename"] or "")


def summary(figures: Row) -> Sheet:
    """The block with what all sessions add up to."""
    common = figures["most_common_commands"]
    yield _row("Total Number of Attacks:", str(figures["total_attacks"]))
    yield _row("Most Common Number of Commands:", "N/A" if common is None else str(common))
    yield _BLANK
    yield _row("Number of Commands", "Times Seen")
    yield _row("-" * 18, "-" * 10)
    for row in figures["command_counts"]:
        yield _row(str(row["commands"]), str(row["seen"]))
    yield _BLANK
    yield from _headed("VT Classifications", 48, 18)
    for row in figures["vt_classifications"]:
        yield _row(row["classification"], str(row["seen"]))
    yield _BLANK
    yield from _sessions("Attacks With Uncommon Command Counts", 60, 36, figures["uncommon_command_counts"])
    yield _BLANK
    yield from _sessions("Attacks With Recent VT First Submission", 60, 39, figures["recent_first_submissions"])
    yield _BLANK
    yield from _sessions("Abnormal Attacks", 50, 16, figures["abnormal"])
    yield from (_BLANK, _BLANK)


def _row(label: str, value: str) -> Labelled:
    return Labelled(label, value, width=40, padded=10)


def _headed(title: str, end: int, hyphens: int) -> Iterator[Line]:
    """A title that ends in a column, underlined."""
    yield Line(title, indent=end - len(title))
    yield Line("-" * hyphens, indent=end - hyphens)


def _sessions(title: str, end: int, hyphens: int, sessions: Iterable[Row]) -> Iterator[Line]:
    yield from _headed(title, end, hyphens)
    for one in sessions:
        yield Line(one["session"], indent=42)
