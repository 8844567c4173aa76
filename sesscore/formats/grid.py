"""Rows under headings, in columns that fit a page: the widths are those of the first rows, so that rows can stream."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from sesscore.render import ACCENT, BAR, DIM, Line, Span, drawn_bar, fitted, row_text
from sesscore.report.document import Column
from sesscore.report.values import Value, shown

LOOKED_AT = 500  # rows that tell the widths, and of which bars are drawn


def grid(
    columns: Sequence[Column], rows: Iterable[Sequence[Value]], limit: int, *, drawn: bool = True
) -> Iterator[Line]:
    """The headings, then a line for each row. drawn: with the bars of columns that have one; limit: of the width."""
    going = iter(rows)
    first = list(islice(going, LOOKED_AT))
    after = list(islice(going, 1))
    if not first:
        yield [Span("  none", DIM)]
        return
    scales = [_scale(column, i, first) if drawn and not after else None for i, column in enumerate(columns)]
    right = [column.kind.stands_right or _numbers(i, first) for i, column in enumerate(columns)]
    widths = _widths(columns, first, right, limit - sum(map(_room, columns, scales)))
    yield [Span(_headings(columns, widths, right, scales), DIM)]
    for row in chain(first, after, going):
        yield _line(columns, row, widths, right, scales)


def _numbers(place: int, rows: Sequence[Sequence[Value]]) -> bool:
    """Whether a column whose kind nobody told holds numbers."""
    return all(row[place] is None or isinstance(row[place], int | float) for row in rows)


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Value]], right: Sequence[bool], limit: int) -> list[int]:
    cells = [[shown(column.kind, value) for column, value in zip(columns, row, strict=True)] for row in rows]
    flexible = [i for i, column in enumerate(columns) if not right[i] and not column.whole]
    return fitted([column.heading for column in columns], cells, flexible, limit)


def _scale(column: Column, place: int, rows: Sequence[Sequence[Value]]) -> float | None:
    """What a full bar of the column stands for; None: it has no bars."""
    numbers = [value for row in rows if isinstance(value := row[place], int | float)]
    if not column.drawn or not numbers:
        return None
    return float(sum(numbers) if column.drawn == "share" else max(numbers)) or 1.0


def _room(column: Column, scale: float | None) -> int:
    return 0 if scale is None else 2 + BAR + (8 if column.drawn == "share" else 0)


def _headings(
    columns: Sequence[Column], widths: Sequence[int], right: Sequence[bool], scales: Sequence[float | None]
) -> str:
    """Each over its column, with room for the bars beside it."""
    cells = (
        row_text([column.heading], [widths[i]], [right[i]]) + " " * _room(column, scales[i])
        for i, column in enumerate(columns)
    )
    return "".join(cells).rstrip()


def _line(
    columns: Sequence[Column],
    row: Sequence[Value],
    widths: Sequence[int],
    right: Sequence[bool],
    scales: Sequence[float | None],
) -> Line:
    line: Line = []
    for i, column in enumerate(columns):
        line.append(Span(row_text([shown(column.kind, row[i])], [widths[i]], [right[i]])))
        scale, value = scales[i], row[i]
        if scale is not None:
            share = max(0.0, value / scale) if isinstance(value, int | float) else 0.0
            if column.drawn == "share":
                line.append(Span(f"{100 * share:6.1f} %"))
            last = i == len(columns) - 1
            line.append(Span("  " + (drawn_bar(share) if last else f"{drawn_bar(share):<{BAR}}"), ACCENT))
    return line
