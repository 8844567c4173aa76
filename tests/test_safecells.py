"""No cell of a CSV file is run by a spreadsheet, and none of a table in Markdown is more than the text it shows."""

import csv
import io
import re

import pytest
from hostile import ANY_TEXT, EVERY_CODE_POINT, of
from hypothesis import example, given, settings
from markdown_it import MarkdownIt

from sesscore.safecells import csv_cell, markdown_cell
from sesscore.safetext import safe

# CSV

MARKS = "=+-@＝＋－＠﹦﹢﹣﹫−"
NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
CSV_TEXT = of(*MARKS, ",", ";", '"', "'", " ", "\t", "\r", "\n", "a", "1", ".", "e", "|", "\\", "\ufeff")


def written(*cells):
    """A row as reports write it."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow(cells)
    return file.getvalue()


def harmless(row):
    """Whether nothing in a row begins like a formula, even for a reader that knows commas, semicolons and no quotes."""
    return not any(part.lstrip(" \"'")[:1] in MARKS and not part.lstrip(' "').startswith("'")
                   for part in re.split("[,;]", row.strip("\n")) if part.lstrip(" \"'"))  # fmt: skip


def given_back(cell):
    """Without the apostrophes that were put in."""
    return re.sub(rf"((?:^|[,;])[ \"']*)'(?=[{re.escape(MARKS)}])", r"\1", cell)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("root", "root"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-rf", "'-rf"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("\t=1", "\\x09=1"),
        ("\r=1", "\\x0d=1"),
        ("a\n=1", "a\\x0a=1"),
        ("  =1", "  '=1"),
        ("\u3000=1", "\\u3000=1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ('"=1', "\"'=1"),
        ('";=1', "\";'=1"),
        ("a;=1", "a;'=1"),
        ('a,"@x', "a,\"'@x"),
        ("a=1", "a=1"),
        ("uname -a; ls", "uname -a; ls"),
        ("-5", "-5"),
        ("-0.5", "-0.5"),
        ("-1e-9", "-1e-9"),
        ("-5;-6", "'-5;'-6"),
        ("--5", "'--5"),
        ("-٥", "'-٥"),
        ("-5\n", "'-5\\x0a"),
        ("", ""),
        ("\ud800", "\\ud800"),
    ],
)
def test_a_cell_of_a_csv_file(text, cell):
    assert csv_cell(text) == cell


def test_every_code_point_in_csv():
    for code in EVERY_CODE_POINT:
        character = chr(code)
        cell = csv_cell(character)
        assert cell == ("'" + character if character in MARKS else safe(character)), hex(code)
    for start in EVERY_CODE_POINT[::4096]:
        text = "a".join(map(chr, range(start, start + 4096)))
        assert csv_cell(f"a{text}a") == safe(f"a{text}a")
    for code in range(0x3001):
        cell = csv_cell(f"{chr(code)}=1")
        assert harmless(written("x", cell)), hex(code)
        assert given_back(cell) == safe(f"{chr(code)}=1")


@settings(deadline=None, max_examples=300)
@given(CSV_TEXT | ANY_TEXT)
@example("  =1")
def test_no_cell_is_run_and_nothing_else_is_changed(text):
    cell = csv_cell(text)
    assert cell.isprintable()
    assert given_back(cell) == safe(text)
    assert list(csv.reader(io.StringIO(written("a", cell, "b")))) == [["a", cell, "b"]]
    assert written("a", cell).count("\n") == 1
    assert NUMBER.fullmatch(cell) or harmless(written("a", cell))


# Markdown

GITHUB = MarkdownIt("gfm-like", {"html": True})
MARKDOWN_TEXT = of("`", "``", "|", "\\", "\\|", " ", "a", "<b>", "<!--", "http://a.com", "www.a.com", "@a", "#1",
                   "&lt;", "**", "[a](b)", "![a](b)", "- ", "1. ", "# ", "$", "~~", "\n", "---", ":-")  # fmt: skip


def parsed(cells, github=GITHUB):
    """The cells of a table as GitHub shows them: each the kinds and texts of what is in it."""
    table = "| a | b |\n|---|---|\n" + "".join(f"| {cell} | x |\n" for cell in cells)
    tokens = github.parse(table)
    assert [token.type for token in tokens if token.nesting != -1 and token.level == 0] == ["table_open"]
    inside = [[(child.type, child.content) for child in token.children] for token in tokens if token.type == "inline"]
    assert inside[1::2] == [[("text", "b")], *[[("text", "x")]] * (len(inside) // 2 - 1)]
    return inside[2::2]


def shown(text):
    return safe(text).replace("\\|", "\\\\x7c")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("root", "`root`"),
        ("a|b", "`a\\|b`"),
        ("||", "`\\|\\|`"),
        ("a\\|b", "`a\\\\x7cb`"),
        ("a\\||b", "`a\\\\x7c\\|b`"),
        ("a\\", "`a\\`"),
        ("a`b", "``a`b``"),
        ("a``b", "`a``b`"),
        ("a`b``c", "```a`b``c```"),
        ("`", "`` ` ``"),
        ("`a", "`` `a ``"),
        ("a`", "`` a` ``"),
        (" a ", "`  a  `"),
        (" a", "` a`"),
        ("  ", "`  `"),
        ("a\nb", "`a\\x0ab`"),
        ("<script>", "`<script>`"),
        ("", ""),
    ],
)
def test_a_cell_of_markdown(text, cell):
    assert markdown_cell(text) == cell


ACTIVE = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!-- ", "</td></table>",
          "[a](http://evil.com)", "![a](http://evil.com/b.png)", "[a]: http://evil.com", "http://evil.com",
          "www.evil.com", "<http://evil.com>",
          "a@evil.com", "@everyone", "#1", "GH-1", "a/b#1", "&lt;b&gt;", "&#124;", "&#x7c;", "*a* _b_ **c** ~~d~~",
          "- a", "* a", "1. a", "# a", "> a", "---", "===", "```", "~~~", "| a | b |", "|---|", "\\", "\\`", "`\\|`",
          "$`a`$", "$$a$$", ":smile:", "[^1]", "[ ] a", "{{a}}", "a  \nb", "\ta"]  # fmt: skip


@pytest.mark.parametrize("text", ACTIVE)
def test_nothing_is_active(text):
    assert parsed([markdown_cell(text)]) == [[("code_inline", shown(text))]]


def test_the_reader_would_see_what_is_active():
    """Of the same texts as they are, most are something else than text."""
    changed = 0
    for text in ACTIVE:
        try:
            changed += parsed([text]) != [[("text", text)]]
        except AssertionError:
            changed += 1
    assert changed > len(ACTIVE) / 2


def test_every_code_point_in_markdown():
    """Those that a syntax may know each alone and in a text; the others, which are all the same to it, together."""
    raw = []
    for code in EVERY_CODE_POINT:
        character = chr(code)
        if safe(character) == character:
            raw.append(character)
        else:
            assert markdown_cell(character) == f"`{safe(character)}`", hex(code)
    texts = [text for one in raw[:0x180] for text in (one, f"a{one}b", f" {one}", f"`{one}|")]
    texts += ["".join(raw[start : start + 256]) for start in range(0x180, len(raw), 256)]
    assert parsed(map(markdown_cell, texts)) == [[("code_inline", shown(text))] for text in texts]


@settings(deadline=None, max_examples=300)
@given(MARKDOWN_TEXT | ANY_TEXT)
@example("a|b")
@example("a\\|b")
@example("a`b")
@example(" a ")
def test_a_cell_is_one_code_span(text):
    cell = markdown_cell(text)
    assert parsed([cell]) == ([[("code_inline", shown(text))]] if text else [[]])
    # Programs differ in what two backslashes before a pipe mean; there never are two.
    assert not re.search(r"(?<!\\)\||\\\\\|", cell)
