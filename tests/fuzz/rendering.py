"""Target `render`: documents whose every text an attacker chose, in every format.

An input is texts, parted by `|`; its first byte says in which format and how wide. Nothing acts on a terminal; what
is read back is what was put in; no table loses a cell; a spreadsheet runs nothing.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any

from fuzz.target import Target, Wrong

from sesscore.formats import FORMATS, Look, pieces
from sesscore.report.document import Column, Document, Figures, Labelled, Line, Records, Section, Sum, Table
from sesscore.report.period import Period
from sesscore.report.values import Kind
from sesscore.safecells import csv_cell, markdown_cell
from sesscore.safetext import safe, width

MOST_TEXTS = 8
OURS = re.compile(r"\x1b\[(?:[12]|32|36|1;31|0)m")
SPANS = re.compile(r"(?<![`\\])(`+)(?!`)(.*?)(?<!`)\1(?!`)")
FORMULA = re.compile(r"""[ "']*[=+\-@＝＋－＠]""")
NUMBER = re.compile(r"-[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def texts_of(data: bytes) -> list[str]:
    """Any text can be told, lone surrogates too."""
    told = [part.decode("utf-8", "surrogateescape") for part in data[1:].split(b"|")[:MOST_TEXTS]]
    return [text.replace("\udcb1", "|").replace("\udcb2", "\U000e0001") for text in told]


def document(texts: Sequence[str]) -> Document:
    """A section of each kind."""
    one, two, three, *_ = [*texts, "", "", ""]
    columns = [Column("a"), Column("b", label=two), Column("n", Kind.COUNT, drawn="bar"), Column("c", whole=True)]
    rows = [(text, None if i % 3 else three, i, texts[-1 - i]) for i, text in enumerate(texts)]
    sheet = [Line(two, 2), Labelled(one, three)]
    return Document(
        "made",
        one,
        Period(),
        three or None,
        [
            Figures("figures", two, [Column("a", label=one), Column("n", Kind.COUNT)], [two, 7], half=True),
            Table("rows", one, columns, rows, half=True),
            Sum("sum", two, ("total", 3), [("part", 1), ("rest", 2)]),
            Records(
                "records", three, [Column("a.b")], [{"a": {"b": one, two or "d": three}}], sheet=lambda _: iter(sheet)
            ),
        ],
    )


def judge(data: bytes) -> Any:
    """One format; what comes out: which one, and what was escaped."""
    texts = texts_of(data)
    way = data[0] if data else 0
    form = FORMATS[way % len(FORMATS)]
    look = Look(colour=bool(way & 64), columns=40 + way, encoding="ascii" if way & 128 else "utf-8")
    made = document(texts)
    out = b"".join(pieces(made, form, look)).decode()
    CHECKS[form](out, made, texts, look)
    return form, look.colour, frozenset(re.findall(r"\\[a-zA-Z]", out)), len(out).bit_length()


def _harmless(text: str) -> None:
    for line in text.split("\n"):
        if safe(line) != line:
            raise Wrong("something acts on a terminal")
        for c in line:
            if not c.isprintable():
                raise Wrong("a character is sent that cannot be printed")


def _page(out: str, made: Document, texts: Sequence[str], look: Look) -> None:
    _harmless(OURS.sub("", out) if look.colour else out)
    if not out.endswith("\n"):
        raise Wrong("the last line does not end")


def _json(out: str, made: Document, texts: Sequence[str], look: Look) -> None:
    _harmless(out)
    told = json.loads(out)
    if [(row["a"], row["c"]) for row in told["rows"]] != [(a, c) for a, _, _, c in _rows(made)]:
        raise Wrong("JSON says something else")


def _jsonl(out: str, made: Document, texts: Sequence[str], look: Look) -> None:
    _harmless(out)
    told = [json.loads(line) for line in out.splitlines()]
    if [row["a"] for row in told if row["section"] == "rows"] != [row[0] for row in _rows(made)]:
        raise Wrong("JSON lines say something else")


def _csv(out: str, made: Document, texts: Sequence[str], look: Look) -> None:
    _harmless(out.replace("\r\n", "\n"))
    rows = list(csv.reader(io.StringIO(out, newline="")))
    if {len(row) for row in rows} != {4}:
        raise Wrong("a row of CSV has another number of cells")
    values = [row[3] for row in rows if row[0] == "rows" and row[2] == "a"]
    if values != [csv_cell(row[0]) for row in _rows(made)]:
        raise Wrong("CSV says something else")
    for row in rows:
        for cell in row:
            if any(FORMULA.match(part) for part in re.split("[,;]", cell)) and not NUMBER.fullmatch(cell):
                _judge_formula(cell)


def _judge_formula(cell: str) -> None:
    """A cell that begins like a formula must begin with an apostrophe before it."""
    for part in re.split("[,;]", cell):
        found = FORMULA.match(part)
        if found and "'" not in found[0]:
            raise Wrong("a spreadsheet would run a cell")


def _markdown(out: str, made: Document, texts: Sequence[str], look: Look) -> None:
    _harmless(out)
    for block in out.split("\n\n"):
        if block.startswith("|"):
            rows = block.rstrip("\n").split("\n")
            if len({_cells(row) for row in rows}) != 1:
                raise Wrong("a row of Markdown has another number of cells")
    for text in texts:
        span = markdown_cell(text)
        if span and (not SPANS.fullmatch(span) or width(span) == 0):
            raise Wrong("a text is no code span")


def _cells(row: str) -> int:
    """How many cells a row has: bars that no backslash stands before."""
    return len(re.findall(r"(?<!\\)\|", row))


def _rows(made: Document) -> list[Any]:
    section: Section = made.sections[1]
    return list(section.rows) if isinstance(section, Table) else []


CHECKS = {"table": _page, "text": _page, "json": _json, "jsonl": _jsonl, "csv": _csv, "markdown": _markdown}
WORDS = (
    *(
        b"\x1b[2J",
        b"\x1b]0;t\x07",
        b"\xc2\x9b1m",
        b"\xe2\x80\xae",
        b"\xe2\x80\x8b",
        b"\r\n",
        b"\n",
        b"\t",
        b"\0",
        b"\x7f",
    ),
    *(
        b"|",
        b"\xb1",
        b"\xb2",
        b"`",
        b"``",
        b"\\",
        b"<b>",
        b"](",
        b"=",
        b"+1",
        b"-1",
        b"-1.5",
        b"@",
        b";=",
        b",-",
        b"'",
        b'"',
    ),
    *("＝".encode(), "漢".encode(), "e\u0301".encode(), "\ufe0f".encode(), "\u1160".encode(), b"\xed\xa0\x80", b"\xff"),
    *(b" ", b"  ", b"x" * 60, "é".encode(), "\u2028".encode(), b"\xc2\x85", b"\xf3\xa0\x84\x80", "\U0001f600".encode()),
)
TARGET = Target("render", judge, WORDS)
