"""No code point gets through that could harm a terminal, and cut text fits."""

import json
import re
import unicodedata

import pyte
import pytest
from hostile import ANY_TEXT, EVERY_CODE_POINT
from hypothesis import given
from hypothesis import strategies as st

from sesscore.safetext import ELLIPSIS, safe, safe_json, shortened, width

HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
ESCAPED = re.compile(r"\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}")


class Terminal:
    """A screen that notes what it is told to draw, and to which nothing else may happen."""

    def __init__(self):
        self.drawn = ""

    def draw(self, text):
        self.drawn += text

    def __getattr__(self, name):
        def refuse(*arguments, **options):
            raise AssertionError(f"a control sequence: {name} {arguments}")

        return refuse


def seen(text):
    """What a terminal shows of a text."""
    terminal = Terminal()
    pyte.Stream(terminal).feed(text)
    return terminal.drawn


def test_every_code_point():
    for code in EVERY_CODE_POINT:
        character = chr(code)
        shown = safe(character)
        if shown == character:
            assert character.isprintable()
            assert unicodedata.category(character) not in HARMFUL, hex(code)
        else:
            assert ESCAPED.fullmatch(shown), hex(code)
            assert int(shown[2:], 16) == code


def test_every_code_point_in_json():
    for start in EVERY_CODE_POINT[::4096]:
        text = "".join(chr(code) for code in range(start, start + 4096) if not 0xD800 <= code < 0xE000)
        document = safe_json(json.dumps(text, ensure_ascii=False))
        assert json.loads(document) == text
        assert document.isprintable()


def test_a_terminal_sees_no_control_sequence():
    """Of any code point, and of those with which sequences begin before what goes on with them."""
    for start in EVERY_CODE_POINT[::4096]:
        for between in ("", "[2J"):
            text = between.join(map(chr, range(start, start + 4096)))
            assert seen(safe(text)) == safe(text)
    with pytest.raises(AssertionError, match="erase_in_display"):
        seen("\x1b[2J")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("uname -a", "uname -a"),
        ("ls\x1b[2J", "ls\\x1b[2J"),
        ("a\r\nb\tc\0", "a\\x0d\\x0ab\\x09c\\x00"),
        ("\x9b1m", "\\x9b1m"),
        ("txt.\u202eexe", "txt.\\u202eexe"),
        ("pass\u200bword\ufeff", "pass\\u200bword\\ufeff"),
        ("a\u2028b\u2029c\x85", "a\\u2028b\\u2029c\\x85"),
        ("\ud800x\udfff", "\\ud800x\\udfff"),
        ("\ue000\U000f0000", "\\ue000\\U000f0000"),
        ("\U000e0041", "\\U000e0041"),
        ("\u3164\u034f\ufe0f", "\\u3164\\u034f\\ufe0f"),
        ("Пароль 密码 naïve 😀", "Пароль 密码 naïve 😀"),
        ("echo \\x1b", "echo \\x1b"),
    ],
)
def test_examples(text, shown):
    assert safe(text) == shown


@given(ANY_TEXT)
def test_safe_text_is_one_encodable_line_and_stays_as_it_is(text):
    shown = safe(text)
    assert len(shown.splitlines()) <= 1
    shown.encode("utf-8")
    assert safe(shown) == shown


@given(ANY_TEXT, st.integers(1, 40))
def test_shortened_text_fits_and_says_when_it_was_cut(text, limit):
    shown = shortened(text, limit)
    assert width(shown) <= limit
    assert len(shown) <= 40 * limit
    assert shown == safe(text) or shown.endswith(ELLIPSIS)


def test_width():
    assert [width(text) for text in ("abc", "密码", "e\u0301", "ﾊ", "😀")] == [3, 4, 1, 1, 2]
    assert shortened("密码密码", 5) == "密码…"
    assert shortened("e" + "\u0301" * 10_000, 5).endswith(ELLIPSIS)
