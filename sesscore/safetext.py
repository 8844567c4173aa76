"""Text that attackers chose, made safe to show: nothing moves the cursor, hides, or turns the direction of a line.

Every writer of text goes through here: tables, messages, progress, and JSON, which may end up on a terminal too. In
text for people a backslash stays a backslash, so that commands stay readable: it is not meant to be read back.
"""

import unicodedata

# Printable by category, and yet nothing is seen: joiners, Hangul fillers, Khmer vowels, variation selectors.
_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    + "".join(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
)

# Vowels and finals of Hangul, which stand in the place of the consonant before.
_JOINING = frozenset(map(chr, [*range(0x1160, 0x1200), *range(0xD7B0, 0xD800)]))

ELLIPSIS = "…"


def _harmless(code: int) -> bool:
    # Not printable are: control and format characters, surrogates, private use, unassigned, all spaces but one.
    character = chr(code)
    return character.isprintable() and character not in _INVISIBLE


class _Shown(dict[int, str]):
    """What is shown for a code point, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        if _harmless(code):
            shown = chr(code)
        elif code < 0x100:
            shown = f"\\x{code:02x}"
        elif code < 0x10000:
            shown = f"\\u{code:04x}"
        else:
            shown = f"\\U{code:08x}"
        self[code] = shown
        return shown


def _utf16(code: int) -> str:
    units = chr(code).encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


class _Escaped(dict[int, str]):
    """The same for JSON text, whose own syntax is ASCII and holds no DEL."""

    def __missing__(self, code: int) -> str:
        shown = chr(code) if code < 0x7F or _harmless(code) else _utf16(code)
        self[code] = shown
        return shown


_SHOWN = _Shown()
_ESCAPED = _Escaped()


def safe(text: str) -> str:
    r"""The text as one line without control, invisible or direction characters; they show as `\x1b` or `\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_SHOWN)


def safe_json(text: str) -> str:
    r"""JSON text of the same meaning, with what could harm a terminal as `\u202e`."""
    if text.isascii() and "\x7f" not in text:  # as most is; what comes before a blank is an escape already
        return text
    return text.translate(_ESCAPED)


def width(text: str) -> int:
    """How many columns of a terminal a safe text takes: wide characters two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def shortened(text: str, limit: int) -> str:
    """The safe form of a text in at most `limit` columns, with a mark where something was left out."""
    # No code point is shown in less than nothing: more than this can only be combining marks piled up.
    cut = len(text) > 4 * limit
    shown = safe(text[: 4 * limit])
    if not cut and width(shown) <= limit:
        return shown
    kept, used = [], 0
    for character in shown:
        used += _columns(character)
        if used > limit - 1:
            break
        kept.append(character)
    return "".join(kept) + ELLIPSIS


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me") or character in _JOINING:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
