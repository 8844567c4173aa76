"""From figures to bytes: JSON for programs, a page of blocks for people. It knows no report."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from sesscore.queries import Value
from sesscore.report.zones import rfc3339
from sesscore.safetext import safe, safe_json, shortened, width

PAGE = 100  # columns; fixed, so that the same figures give the same page everywhere
HEADING_WIDTH = 16  # columns that a heading of figures keeps
BAR = 10


def to_json(document: dict[str, object]) -> bytes:
    """One JSON document, the same bytes for the same figures; safe to look at, for its strings hold no raw controls."""
    return f"{json_text(document, indented=True)}\n".encode()


def json_text(value: object, *, indented: bool = False) -> str:
    """JSON that is safe to look at. A lone surrogate, which no database holds but a name may, stays one."""
    import orjson  # not there where manual pages are made, which list reports

    try:
        text = orjson.dumps(value, option=orjson.OPT_INDENT_2 if indented else None).decode()
    except TypeError:
        text = json.dumps(value, indent=2 if indented else None, separators=None if indented else (",", ":"))
    return safe_json(text)


def moment(us: int | None) -> str | None:
    """Microseconds since 1970 as RFC 3339 in UTC."""
    return None if us is None else rfc3339(us)


# What a page is made of


@dataclass(frozen=True)
class Title:
    """What the page is, and what it covers."""

    text: str
    note: str


@dataclass(frozen=True)
class Figures:
    """Named numbers, down the columns of a block."""

    columns: Sequence[Sequence[tuple[str, int]]]


@dataclass(frozen=True)
class Statement:
    """A sentence under a heading; `holds` says whether something that must be true is."""

    title: str
    text: str
    verdict: str
    holds: bool


@dataclass(frozen=True)
class Listing:
    """Rows under a heading. Numbers stand right."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    whole: str = ""  # the column that is never cut, for values that people copy


Block = Title | Figures | Statement | Listing


# How it looks


@dataclass(frozen=True)
class Span:
    """Safe text in one style."""

    text: str
    style: str = ""


Line = list[Span]

HEADING, DIM, GOOD, BAD, ACCENT = "1", "2", "32", "1;31", "36"
# Where the encoding has no more than ASCII.
_PLAIN = str.maketrans({"█": "#", "▌": ":", "…": "~", "·": "-", "–": "-", "✓": "", "✗": "!"})


def to_page(blocks: Sequence[Block], *, colour: bool = False, encoding: str = "utf-8") -> bytes:
    """The page as bytes. Without colour it holds no escape sequence, whatever the figures hold."""
    pages = (b"".join(written(lines_of(block), colour=colour, encoding=encoding)) for block in blocks)
    return "\n".encode(encoding).join(pages)


def written(lines: Iterable[Line], *, colour: bool = False, encoding: str = "utf-8") -> Iterator[bytes]:
    """Each line as bytes that end with a newline."""
    simple = not encoding.lower().replace("-", "").startswith("utf")
    for line in lines:
        text = (_painted(line) if colour else bare(line).rstrip()) + "\n"
        yield (text.translate(_PLAIN) if simple else text).encode(encoding, "backslashreplace")


def _painted(line: Line) -> str:
    return "".join(f"\x1b[{span.style}m{span.text}\x1b[0m" if span.style else span.text for span in line)


def bare(line: Line) -> str:
    """The text of a line."""
    return "".join(span.text for span in line)


def lines_of(block: Block) -> Iterator[Line]:
    """What is printed of a block."""
    match block:
        case Title():
            yield [Span(safe(block.text), HEADING), Span("  " + safe(block.note), DIM)]
        case Figures():
            yield from _figures(block)
        case Statement():
            yield [Span(safe(block.title), HEADING)]
            yield [Span(f"  {safe(block.text)}  "), Span(safe(block.verdict), GOOD if block.holds else BAD)]
        case Listing():
            yield from _listing(block, PAGE)


def _figures(block: Figures) -> Iterator[Line]:
    names = [max((len(name) for name, _ in column), default=0) for column in block.columns]
    numbers = [max((len(f"{number:,}") for _, number in column), default=0) for column in block.columns]
    for row in zip_longest(*block.columns):
        line: Line = []
        for cell, name_width, number_width in zip(row, names, numbers, strict=True):
            name, number = (cell[0], f"{cell[1]:,}") if cell else ("", "")
            line += [Span(f"  {name:<{name_width}}", DIM), Span(f"  {number:>{number_width}}  ")]
        yield line


def _listing(listing: Listing, limit: int) -> Iterator[Line]:
    yield [Span(safe(listing.title), HEADING)]
    if not listing.rows:
        yield [Span("  none", DIM)]
        return
    cells = [[_number(value) if isinstance(value, int) else value for value in row] for row in listing.rows]
    right = [all(isinstance(row[i], int) for row in listing.rows) for i in range(len(listing.columns))]
    flexible = [i for i, name in enumerate(listing.columns) if not right[i] and name != listing.whole]
    widths = fitted(listing.columns, cells, flexible, limit)
    yield [Span(row_text(listing.columns, widths, right), DIM)]
    for shown in cells:
        yield [Span(row_text(shown, widths, right))]


def _number(value: int) -> str:
    return f"{value:,}"


def cell_text(value: str | None) -> str:
    """Absent and empty are different things, and neither should look like a hole in the table."""
    return "–" if value is None else value or '""'


def fitted(
    columns: Sequence[str], cells: Sequence[Sequence[str | None]], flexible: Sequence[int], limit: int
) -> list[int]:
    """Widths by content; if they do not fit, the widest give way: flexible columns, and long headings of the others."""
    widths, least = [], []
    for i, name in enumerate(columns):
        heading, *contents = (width(shortened(cell_text(text), limit)) for text in (name, *(row[i] for row in cells)))
        content = max(contents, default=0)
        widths.append(max(heading, content))
        least.append(8 if i in flexible else max(content, min(heading, HEADING_WIDTH)))
    while sum(widths) + 2 * len(widths) > limit:
        wide = [i for i in range(len(widths)) if widths[i] > least[i]]
        if not wide:
            break
        widths[max(wide, key=lambda i: widths[i])] -= 1
    return widths


def row_text(cells: Sequence[str | None], widths: Sequence[int], right: Sequence[bool]) -> str:
    """The cells of a row side by side, each cut to its width."""
    parts = []
    for cell, limit, to_the_right in zip(cells, widths, right, strict=True):
        text = shortened(cell_text(cell), limit)
        space = " " * (limit - width(text))
        parts.append(f"  {space}{text}" if to_the_right else f"  {text}{space}")
    return "".join(parts)


def drawn_bar(share: float) -> str:
    """A bar of half blocks; what is not nothing is seen."""
    halves = max(round(share * BAR * 2), 1 if share > 0 else 0)
    return "█" * (halves // 2) + "▌" * (halves % 2)
