"""Every format, with documents made by hand: nothing that a log or a user chose harms, is lost, or breaks a table."""

import csv
import io
import json
import re
import resource
import sys

import pytest
from hostile import EVERY_CODE_POINT
from markdown_it import MarkdownIt
from terminal import columns_of, seen

from sesscore.formats import FORMATS, Look, pieces
from sesscore.formats.grid import LOOKED_AT
from sesscore.render import PAGE
from sesscore.report.document import Column, Document, Figures, Labelled, Line, Records, Sum, Table
from sesscore.report.period import Period
from sesscore.report.values import Kind
from sesscore.safecells import csv_cell
from sesscore.safetext import safe, width

GITHUB = MarkdownIt("gfm-like", {"html": True})
PEOPLE = ("table", "text", "markdown")

EVIL = "EVIL\x1b[2J\x9b1m\u202e\u200b\r\n<b onclick=x>*y* [z](http://evil.example/z) |`=1+1`\x00\u115f\U000e0100"


def document(*sections, title="sesscore made", sensor=None):
    return Document("made", title, Period(), sensor, sections)


def printed(made, form, look=Look()):  # noqa: B008
    return b"".join(pieces(made, form, look)).decode()


def harmless(text):
    """Whether each line of it is as it is when it is made safe."""
    return all(safe(line) == line for line in text.split("\n"))


def tables(markdown):
    """The tables of a document in Markdown: rows of kinds and texts. Nothing else but headings is in it."""
    tokens = GITHUB.parse(markdown)
    allowed = {"heading", "paragraph", "inline", "table", "thead", "tbody", "tr", "th", "td"}
    assert {token.type.removesuffix("_open").removesuffix("_close") for token in tokens} <= allowed
    found = []
    for token in tokens:
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline":
            inside = [(child.type, child.content) for child in token.children]
            assert {kind for kind, _ in inside} <= {"text", "code_inline"}, inside
            assert not [text for kind, text in inside if kind == "text" and "EVIL" in text]
            if token.level > 1:
                found[-1][-1].append(inside)
    return found


# Every code point


def chunks(length):
    """Every code point, so many at a time, with a letter between: two halves of a pair would be read as one."""
    for start in EVERY_CODE_POINT[::length]:
        yield "a".join(map(chr, range(start, min(start + length, sys.maxunicode + 1))))


def sections_of(texts, place):
    """A section with the texts where `place` says."""
    texts = list(texts)
    columns = (Column("text", whole=True),)
    if place == "table":
        return [Table("texts", "Texts", columns, [(text,) for text in texts])]
    if place == "records":
        return [Records("texts", "Texts", columns, [{"text": text} for text in texts])]
    sheet = [(Line(text, 2), Labelled(text, text)) for text in texts]
    return [Records("texts", "Texts", columns, [{"text": text} for text in texts], sheet=lambda record: sheet.pop(0))]


def test_long_lines_of_a_sheet_are_not_gathered():
    """An attacker's line can be of megabytes, here two with its label; many short ones go out together."""
    long = ["x" * 1_000_000] * 5
    parts = list(pieces(document(*sections_of([*long, *["y"] * 1000], "sheet")), "text", Look()))
    assert max(map(len, parts)) < 2_100_000
    assert len(parts) < 50


@pytest.mark.parametrize(
    ("form", "place"),
    [*((form, "table") for form in FORMATS if form != "text"), ("text", "sheet"), ("json", "records")],
)
def test_every_code_point(form, place):
    texts = list(chunks(64))
    wide = Look(colour=form == "table", columns=1000)
    out = printed(document(*sections_of(texts, place)), form, wide)
    if form == "table":
        out = seen(out)
    assert harmless(out.replace("\r\n", "\n") if form == "csv" else out)
    if form == "json":
        assert [row["text"] for row in json.loads(out)["texts"]] == texts
    elif form == "jsonl":
        assert [json.loads(line)["text"] for line in out.splitlines()] == texts
    elif form == "csv":
        assert list(csv.reader(io.StringIO(out, newline=""))) == [["text"], *([csv_cell(text)] for text in texts)]
    elif form == "markdown":
        (rows,) = tables(out)
        shown = [safe(text).replace("\\|", "\\\\x7c") for text in texts]
        assert rows == [[[("text", "text")]], *([[("code_inline", text)]] for text in shown)]
    elif form == "text":
        shown = [safe(text) for text in texts]
        assert out.splitlines() == [line for text in shown for line in (f"  {text}", f"{text}  {text}")]
    elif form == "table":
        _, _, _, _, *lines = out.splitlines()
        assert [line[2:].rstrip() for line in lines] == list(map(safe, texts))


@pytest.mark.parametrize("form", FORMATS)
def test_every_name_is_hostile_too(form):
    """Titles, sensors, sections, columns and labels; also where two sections stand beside each other."""
    made = document(
        Figures(EVIL, EVIL, [Column(EVIL), Column("n", Kind.COUNT, EVIL)], [EVIL, 7], half=True),
        Figures("listed", EVIL, [Column(EVIL, Kind.COUNT, drawn="share")], [1], listed=(EVIL, EVIL), half=True),
        Table("rows", EVIL, [Column(EVIL), Column("b", label=EVIL)], [(EVIL, None), ("", EVIL)], most=1),
        Sum("sum", EVIL, (EVIL, 3), [("b" + EVIL, 1), ("c", 2)]),
        Records("records", EVIL, [Column("a." + EVIL)], [{"a": {EVIL: EVIL}}]),
        title=EVIL,
        sensor=EVIL,
    )
    for colour in (False, True):
        out = printed(made, form, Look(colour=colour))
        if colour and form == "table":
            out = seen(out)
        assert harmless(out.replace("\r\n", "\n") if form == "csv" else out)
    if form == "json":
        told = json.loads(out)
        assert (told["sensor"], told[EVIL][EVIL], told["rows"][1]["b"]) == (EVIL, EVIL, EVIL)
        assert told["records"] == [{"a": {EVIL: EVIL}}]
    if form == "markdown":
        assert [len(table) for table in tables(out)] == [2, 2, 3, 2, 2]
        for table in tables(out):
            assert len({len(row) for row in table}) == 1
    if form == "csv":
        rows = list(csv.reader(io.StringIO(out, newline="")))
        assert {len(row) for row in rows} == {4}
        assert len(rows) == 1 + 2 + 1 + 4 + 3 + 1


# Absent and empty


def test_absent_and_empty_are_told_apart():
    columns = [Column("a"), Column("b")]
    rows = Table("rows", "Rows", columns, [(None, ""), ("", None)])
    figures = Figures("figures", "Figures", columns, [None, ""])
    for form in ("table", "text"):
        page = printed(document(rows, figures), form).splitlines()
        assert [line.split() for line in page if line.startswith("  ")] == [
            ["a", "b"], ["–", '""'], ['""', "–"], ["a", "–"], ["b", '""'],
        ]  # fmt: skip
    first, second = tables(printed(document(rows, figures), "markdown"))
    assert first[1:] == [[[("text", "–")], []], [[], [("text", "–")]]]
    assert second[1:] == [[[("text", "–")], []]]
    assert json.loads(printed(document(rows), "json"))["rows"] == [{"a": None, "b": ""}, {"a": "", "b": None}]
    assert printed(document(rows), "csv") == "a,b\r\n,\r\n,\r\n"  # the same, which docs/reports.md says


# Values


def test_values_that_no_calendar_and_no_number_has():
    columns = [Column("at", Kind.MOMENT), Column("day", Kind.DAY), Column("n", Kind.COUNT), Column("b")]
    far = 2**63 - 1
    for form in FORMATS:
        made = Table(
            "rows", "Rows", columns, [(far, far, far, b"\x00\xff"), (-far, -far, float("inf"), "x"), (1.5,) * 4]
        )
        out = printed(document(made), form)
        assert "9,223,372,036,854,775,807" in out or "9223372036854775807" in out
        assert "00ff" in out


# A page


WIDE = ("漢字かな交じり文", "e\u0301a\u0308", "한국어", "A\u3099", "ascii", "Ελληνικά")


def test_moments_say_utc_where_days_are_others():
    """On pages; for programs a moment has its Z."""
    columns = [Column("first", Kind.MOMENT), Column("last_seen", Kind.MOMENT, "last"), Column("day", Kind.DAY)]
    sections = [
        Table("a", "A", columns, [(0, None, 0)]),
        Figures("b", "B", columns, (0, 0, 0)),
        Sum("s", "S", ("all", 1), (("one", 1),)),
        Records("c", "C", columns, [{"first": "1970-01-01T00:00:00.000000Z", "last_seen": "Then", "day": "T"}]),
    ]
    for form in ("table", "text", "markdown"):
        there = printed(Document("made", "t", Period(zone="Europe/Berlin"), None, sections), form)
        plain = printed(Document("made", "t", Period(), None, sections), form)
        assert there.count("first UTC") == there.count("last UTC") == 3
        assert "UTC" not in plain.replace("all time", "")
        assert plain.count("1970-01-01 00:00:00") == there.count("1970-01-01 00:00:00") == 4
        assert "Then" in plain  # a text of the user's in such a column is as it is


def test_wide_and_combining_characters_keep_the_columns():
    made = Table("rows", "Rows", [Column("text"), Column("n", Kind.COUNT)], [(text, 7) for text in WIDE])
    _, _, _, heading, *lines = printed(document(made), "table").splitlines()
    place = columns_of(heading).index("n")
    assert len(lines) == len(WIDE)
    for line in lines:
        assert columns_of(line)[place] == "7", line


@pytest.mark.parametrize("form", ["table", "text"])
def test_no_line_is_wider_than_the_page(form):
    long = "漢x" * 400
    texts = [Column("a"), Column("b"), Column(long, Kind.COUNT), Column("c", whole=True)]
    made = document(
        Table("rows", "Rows", texts, [(long, long, 12, "sha")]),
        Figures("figures", "Figures", [Column(f"name {i}") for i in range(9)], [long, *range(10**9, 10**9 + 8)]),
        Figures("half", "Half", [Column(long), Column("b")], [1, long], half=True),
        Table("other", "Other", texts[:2], [(long, long)], half=True),
        sensor=long,
    )
    page = printed(made, form)
    assert page.splitlines()[2] == "  all time"
    assert max(width(line) for line in page.splitlines()) <= PAGE
    assert "1000000007" in page.replace(",", "")


def test_numbers_of_later_rows_are_whole():
    columns = [Column("text"), Column("n", Kind.COUNT), Column("at", Kind.MOMENT), Column("sha", whole=True)]
    rows = [("a", 1, None, "b")] * LOOKED_AT + [("c" * 50, 10**9, 0, "d" * 64)]
    last = printed(document(Table("rows", "Rows", columns, rows)), "table").splitlines()[-1]
    assert last.split() == ["ccc…", "1,000,000,000", "1970-01-01", "00:00:00", "d" * 64]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437"])
def test_other_encodings_send_nothing_else(encoding):
    texts = [chr(code) for code in range(0x3000)]
    made = document(
        Table("rows", EVIL, [Column("text"), Column("n", Kind.COUNT, drawn="bar")], [(t, 1) for t in texts])
    )
    for form in ("table", "text"):
        out = b"".join(pieces(made, form, Look(encoding=encoding))).decode(encoding)
        assert harmless(out)


# Markdown of our own words


@pytest.mark.parametrize(
    "sensor", ["GH-1", "#1", "@all", ":smile:", "1:100:", "evil.example", "www.evil.example", "a@b.example", "_a_", "`",
               "---", "deadbeef1", "<b>", "&lt;", "a|b", "\n# a", "a  ", ""],
)  # fmt: skip
def test_the_name_of_a_sensor_is_text(sensor):
    made = document(Table("rows", sensor, [Column("a")], [(1,)]), title=f"sesscore {sensor}", sensor=sensor)
    tokens = GITHUB.parse(printed(made, "markdown"))
    inline = [token.children for token in tokens if token.type == "inline"]
    words = re.compile(r"[a-z0-9 ,–]*", re.IGNORECASE)
    assert len(inline) >= 4
    for children in inline:
        text = [child.content for child in children if child.type != "code_inline"]
        assert {child.type for child in children} <= {"text", "code_inline"}
        assert all(map(words.fullmatch, text))


# Rows stream


class Counted:
    """Rows that say how many were asked for, and how many are alive."""

    def __init__(self, number):
        self.number, self.asked, self.alive, self.most = number, 0, 0, 0

    def __iter__(self):
        for number in range(self.number):
            self.asked += 1
            yield Row(self, number)


class Row(list):
    def __init__(self, of, number):
        super().__init__([f"text {number} {'x' * 40}", number])
        self.of = of
        of.alive += 1
        of.most = max(of.most, of.alive)

    def __del__(self):
        self.of.alive -= 1


@pytest.mark.parametrize("form", FORMATS)
def test_rows_are_taken_one_by_one(form):
    rows = Counted(3000)
    made = document(Table("rows", "Rows", [Column("a"), Column("n", Kind.COUNT, drawn="bar")], rows))
    going = pieces(made, form, Look())
    assert rows.asked == 0
    before = 0
    for _ in going:
        assert rows.asked <= max(before + 2, LOOKED_AT + 2)
        before = rows.asked
    assert rows.asked == 3000
    assert rows.most <= LOOKED_AT + 5


@pytest.mark.parametrize("form", FORMATS)
def test_memory_does_not_grow_with_the_rows(form):
    if sys.platform != "linux":
        pytest.skip("memory is read from /proc")
    rows = ((f"text {number}", number) for number in range(200_000))
    made = document(Table("rows", "Rows", [Column("a"), Column("n", Kind.COUNT)], rows))
    going = pieces(made, form, Look())
    for _ in range(2_000):
        next(going)
    before = most = resident()
    for number, _ in enumerate(going):
        if number % 1000 == 0:
            most = max(most, resident())
    assert number > 190_000
    assert most - before < 8 << 20


def resident():
    """Bytes of this process that are in memory."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()
