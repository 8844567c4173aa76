"""Texts as attackers choose them, for every way out."""

import json
import sys

from hypothesis import strategies as st

EVERY_CODE_POINT = range(sys.maxunicode + 1)
ANY_TEXT = st.text(st.characters(categories=None))


def of(*pieces):
    """Texts made of such pieces."""
    return st.lists(st.sampled_from(pieces), max_size=12).map("".join)


def texts_of(path):
    """What stands in the events of a log where attackers choose."""
    for line in path.read_bytes().splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            names = ("input", "url", "username", "password", "version", "outfile", "filename")
            yield from (event[name] for name in names if isinstance(event.get(name), str))
