"""Text that attackers chose, made safe for the cells of a CSV file and of a table in Markdown.

Both show what `sesscore.safetext.safe` shows: one line, nothing hidden. They are for people; whoever wants to have a
text back, byte for byte, takes JSON.
"""

import re

from sesscore.safetext import safe

# What a spreadsheet takes for a formula, or a call of another program (DDE), also in the forms of East Asian keyboards.
_MARKS = "=+\\-@＝＋－＠﹦﹢﹣﹫−"
_MARK = re.compile(f"[{_MARKS}]")

# Where a cell begins: at the beginning, and after what some programs take for the end of one, quoted or not.
_BEGINS_A_FORMULA = re.compile(rf"""((?:^|[,;])[ "']*)(?=[{_MARKS}])""")

_NUMBER = re.compile(r"-[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_BACKTICKS = re.compile("`+")


def csv_cell(text: str) -> str:
    """The text as a cell that no spreadsheet runs; quotes and commas are for the `csv` module to quote.

    An apostrophe stands before each `=`, `+`, `-` or `@` with which a cell begins: this one, or one that a program sees
    which takes `;` for the comma. Spaces, quotes and apostrophes before it do not count. A negative number is left
    alone. Who takes that apostrophe away again has what `safe` shows.
    """
    shown = safe(text)
    if _MARK.search(shown) is None or _NUMBER.fullmatch(shown):
        return shown
    return _BEGINS_A_FORMULA.sub(r"\1'", shown)


def markdown_cell(text: str) -> str:
    r"""The text as a code span for a table of GitHub-flavoured Markdown, in which nothing is a link, a mention or HTML.

    The marks about it are as many backticks as it holds nowhere in a row. A pipe is `\|`, as in any cell; after a
    backslash, where programs do not agree what that means, it shows as `\x7c`. Nothing stays nothing.
    """
    shown = safe(text)
    if not shown:
        return ""
    if "|" in shown:
        shown = shown.replace("\\|", "\\\\x7c").replace("|", "\\|")
    if "`" not in shown:
        marks = "`"
    else:
        taken = set(map(len, _BACKTICKS.findall(shown)))
        marks = "`" * next(number for number in range(1, len(taken) + 2) if number not in taken)
    # A space on both sides belongs to the marks: it keeps backticks apart, or other spaces from being taken for such.
    outer = shown[0] + shown[-1]
    space = " " if "`" in outer or (outer == "  " and shown.strip(" ")) else ""
    return f"{marks}{space}{shown}{space}{marks}"
