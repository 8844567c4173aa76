"""The few records that the C scanner hands back: decoding by orjson, and objects that hold several records.

What is decoded here becomes an event through `EventBatch.add`, which makes the same fingerprint as the fast path.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from sesscore._scan import Digits

SESSION_KEY = re.compile(r"[0-9a-f]{8,32}")
# orjson reads integers beyond 64 bits as doubles and refuses lone surrogates: both belong to the standard library then.
NEEDS_STANDARD_JSON = re.compile(rb"[0-9]{19}|\\u[dD][89a-fA-F]")
INT64 = range(-(2**63), 2**63)
LONGEST_INT = 4300  # digits; Python refuses to convert more


def decode(raw: bytes | bytearray) -> Any:
    """The value of a whole JSON text, with invalid UTF-8 as U+FFFD and integers beyond 64 bits as `Digits`.

    raw: bytes that `EventBatch.check` called whole.
    """
    if not NEEDS_STANDARD_JSON.search(raw):
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError:
            pass  # invalid UTF-8, or a number beyond the doubles
    return json.loads(raw.decode("utf-8", "replace"), parse_int=_integer)


def _integer(literal: str) -> int | Digits:
    if len(literal) > LONGEST_INT:
        return Digits(literal)
    value = int(literal)
    return value if value in INT64 else Digits(str(value))


def unwrap(value: Any, is_event: Callable[[dict[str, Any]], bool]) -> Iterator[tuple[dict[str, Any], str | None]]:
    """The records that one object holds, each with the session key that encloses it, if one does.

    Without recursion: 64 levels would be few for it, but a list of wrappers is walked as it comes.
    """
    waiting: list[tuple[dict[str, Any], str | None]] = [(value, None)]
    while waiting:
        fields, enclosing = waiting.pop()
        if (held := _session_list(fields)) is not None:
            key = next(iter(fields))
            waiting.extend((element, key) for element in reversed(held))
        elif isinstance(inner := fields.get("_source"), dict) and not is_event(fields):
            waiting.append((inner, enclosing))
        else:
            yield fields, enclosing


def _session_list(fields: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The events of `{"<session id>": [event, …]}`."""
    if len(fields) != 1:
        return None
    key, value = next(iter(fields.items()))
    if not SESSION_KEY.fullmatch(key) or not isinstance(value, list) or not value:
        return None
    return value if all(isinstance(element, dict) for element in value) else None
