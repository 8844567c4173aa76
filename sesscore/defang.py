"""Addresses of attackers, written so that no program makes a link of them: `hxxp[://]evil[.]com/x`, `192[.]0[.]2[.]1`.

What is an address:

* `scheme://` and what follows up to a slash, a space, a quote or another mark of a shell: always.
* Four numbers up to 255 with dots between, or a range of such; not within a longer word: `v1.2.3.4`, `1.2.3.4.5`.
* What is an IPv6 address as a whole and has a digit.
* Words with dots between of which the last is a top-level domain. If that is the end of names of files as well (`sh`,
  `py`, `zip`), only after `//`, `@` or `www.`, or before a slash. Not in a path (after a single slash), where it is
  a file or a folder, and not before a bracket, where it is a call, unless it follows `@`, `//` or the like.

All else stays as it is, and what was written so once stays so.
"""

import re
import unicodedata

from sesscore.topdomains import EITHER, SURE

_DOT = ".。．｡"  # all of them are dots to a browser
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})"
_HOST = r"[^\s/?#\"'<>|;&()`\\]"  # what may stand between `://` and a path, with user and port
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"

# Each begins where a word begins and never gives back what it took, so the time grows with the length of the text.
_COLONS = re.compile(r"(?<![\w:])(?=[0-9A-Fa-f]*+:[0-9A-Fa-f]*+:)[0-9A-Fa-f:]++(?:\.[0-9]++)*+(?![\w:[])")
_SCHEME = re.compile(rf"([A-Za-z][A-Za-z0-9+-]{{0,19}})://(?={_HOST}|\\)")
_HOST_OR_NAME = re.compile(
    rf"(?<=\[://\]){_HOST}++|(?<![\w-])-*+(?P<name>[\w-]++(?:[{_DOT}][\w-]++)++)",
)
_NUMBERS = re.compile(rf"{_IPV4}(?:-(?:{_IPV4}|{_OCTET}))?")
_NOT_YET = re.compile(rf"\[[{_DOT}:]\]|[{_DOT}]")
_AFTER_A_HOST_MARK = re.compile(r"(?://|\\\\|\\/\\/|/dev/(?:tcp|udp)/)\Z")


def defang(text: str) -> str:
    """The text with every address in it written so that it is none. It is not made safe: that comes after."""
    if text.isascii() and "." not in text and ":" not in text:
        return text
    if text.count(":") > 1:
        text = _COLONS.sub(_colons, text)
    if "://" in text:
        text = _SCHEME.sub(_scheme, text)
    return _HOST_OR_NAME.sub(_host_or_name, text)


def _colons(match: re.Match[str]) -> str:
    from ipaddress import AddressValueError, IPv6Address

    found = match[0]
    try:
        IPv6Address(found)
    except AddressValueError:
        return found
    if not any(map(str.isdigit, found)):
        return found
    return found.replace(":", "[:]").replace(".", "[.]")


def _scheme(match: re.Match[str]) -> str:
    return match[1].replace("http", "hxxp").replace("HTTP", "HXXP") + "[://]"


def _host_or_name(match: re.Match[str]) -> str:
    return _dots(match[0]) if match["name"] is None or _is_address(match) else match[0]


def _dots(name: str) -> str:
    """With brackets about each dot, but for one that ends a sentence."""
    name, end = name.rstrip("."), name[len(name.rstrip(".")) :]
    return _NOT_YET.sub(lambda dot: dot[0] if len(dot[0]) > 1 else f"[{dot[0]}]", name) + end


def _is_address(match: re.Match[str]) -> bool:
    name, start, end = match["name"], match.start(), match.end()
    if _NUMBERS.fullmatch(name):
        return True
    before, after = match.string[max(0, start - 10) : start], match.string[end : end + 1]
    marked = before.endswith("@") or _AFTER_A_HOST_MARK.search(before) is not None
    if (after == "(" or before.endswith(("/", "\\"))) and not marked:
        return False
    words = re.split(f"[{_DOT}]", name)
    web = words[0].lower() == "www" and len(words) > 2
    last = unicodedata.normalize("NFKC", words[-1]).lower()
    # To some programs only `.` is a dot, and a name ends before the others.
    ends = {last, *(run.rpartition(".")[2].lower() for run in re.split(f"[{_DOT[1:]}]", name)[:-1] if "." in run)}
    if not ends.isdisjoint(SURE) or last.startswith("xn--"):
        return True
    return web or (last in EITHER and (marked or after == "/"))
