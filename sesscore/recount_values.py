"""Values of a log for the recount: strict JSON, equality by value, text, and the fingerprint of an event."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias, TypeGuard

MASK = (1 << 64) - 1
K0 = 0x9E3779B97F4A7C15
K1 = 0xBF58476D1CE4E5B9
K2 = 0x94D049BB133111EB
K3 = 0xD6E8FEB86659FD93
K4 = 0xA0761D6478BD642F
K5 = 0xE7037ED1A0B428DB
K6 = 0x8EBC6AF09C88C6E3
K7 = 0x589965CC75374CC3

_PYTHON_DIGITS = 4300  # Python refuses to convert longer integers, and would need quadratic time
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class HugeInteger:
    """An integer of more digits than Python converts. JSON has no leading zeros, so equal digits are equal values."""

    digits: str


Value: TypeAlias = "bool | int | float | str | HugeInteger | list[Value] | dict[str, Value] | None"
Fields: TypeAlias = dict[str, Value]


# --- reading and writing -------------------------------------------------------------------------------------------


def _integer(digits: str) -> int | HugeInteger:
    return int(digits) if len(digits) <= _PYTHON_DIGITS else HugeInteger(digits)


def _fraction(digits: str) -> float:
    return float(digits) + 0.0  # -0.0 is 0.0


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_STRICT = json.JSONDecoder(parse_int=_integer, parse_float=_fraction, parse_constant=_no_constant)
_OWN = json.JSONDecoder(parse_int=_integer)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def decode(data: bytes) -> Value:
    """Read one JSON value with nothing but white space after it; ValueError if that is not what stands there."""
    text = data.decode("utf-8", "replace")
    value: Value
    value, end = _STRICT.raw_decode(text)
    if text[end:].strip(" \t\r\n"):
        raise ValueError("something follows the value")
    return value


def is_object(value: Value) -> TypeGuard[Fields]:
    """Tell whether a value is a JSON object."""
    return isinstance(value, dict)


def canonical(fields: Fields) -> str:
    """Write fields so that two texts are equal exactly if the fields are: keys in order, 1 and 1.0 and "1" apart."""
    try:
        return _ENCODER.encode(fields)
    except TypeError:  # a huge integer
        return _write(fields)


def _write(value: Value) -> str:
    """Write a value as the encoder does, and huge integers with all their digits."""
    if isinstance(value, HugeInteger):
        return value.digits
    if isinstance(value, dict):
        return "{" + ",".join(f"{_ENCODER.encode(key)}:{_write(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_write, value)) + "]"
    return _ENCODER.encode(value)


def fields_of(text: str) -> Fields:
    """Give back the fields that `canonical` wrote."""
    fields: Fields = _OWN.raw_decode(text)[0]
    return fields


def plain(value: Value) -> Any:
    """Give a value, or a copy of it, as `json` would; integers too long for Python as the text of their digits."""
    if isinstance(value, HugeInteger):
        return value.digits
    if isinstance(value, dict):
        return {key: plain(element) for key, element in value.items()}
    if isinstance(value, list):
        return [plain(element) for element in value]
    return value


# --- text ----------------------------------------------------------------------------------------------------------


def stored(text: str) -> str:
    """Text as it is kept: SQLite holds no lone surrogates, so they become U+FFFD."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)


def integer_text(value: Value) -> str | None:
    """An integer as its decimal text, None for anything else."""
    if isinstance(value, HugeInteger):
        return value.digits
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def own_text(value: Value) -> str | None:
    """Non-empty text, and only text, as it is kept."""
    return stored(value) if isinstance(value, str) and value else None


def text_of(value: Value) -> str | None:
    """A value where text is used: text, or a number as text; booleans, null, arrays and objects count as absent."""
    if isinstance(value, str):
        return stored(value)
    if isinstance(value, float):
        return repr(value)
    return integer_text(value)


def non_empty_text_of(value: Value) -> str | None:
    """Like `text_of`, where empty text is no text: addresses and protocols."""
    return text_of(value) or None


# --- the fingerprint -----------------------------------------------------------------------------------------------


def mum(a: int, b: int) -> int:
    """Multiply two 64-bit words and fold the product: its high half XOR its low half."""
    product = a * b
    return (product >> 64) ^ (product & MASK)


def _hash_text(text: str) -> int:
    data = text.encode("utf-8", "surrogatepass")
    whole = len(data) & ~7
    h = K0 ^ len(data)
    for at in range(0, whole, 8):
        h = mum(h ^ int.from_bytes(data[at : at + 8], "little"), K1)
    h = mum(h ^ int.from_bytes(data[whole:], "little"), K2)
    return mum(h, K3)


def _hash_integer(value: int) -> int:
    if -(1 << 63) <= value < 1 << 63:
        return mum((value & MASK) ^ K2, K5)
    return mum(_hash_text(str(value)) ^ K3, K5)


def _hash_array(values: Iterable[Value]) -> int:
    h = K6
    for value in values:
        h = (mum(h ^ _hash_value(value), K2) + K1) & MASK
    return mum(h ^ K7, K3)


def _hash_value(value: Value) -> int:
    if value is None:
        return K5
    if isinstance(value, bool):
        return K7 if value else K6
    if isinstance(value, str):
        return mum(_hash_text(value) ^ K1, K4)
    if isinstance(value, int):
        return _hash_integer(value)
    if isinstance(value, HugeInteger):
        return mum(_hash_text(value.digits) ^ K3, K5)
    if isinstance(value, float):
        bits: int = struct.unpack("<Q", struct.pack("<d", value))[0]
        return mum(bits ^ K4, K6)
    if isinstance(value, list):
        return _hash_array(value)
    return mum(_sum_of_members(value) ^ K7, K4)


def _sum_of_members(fields: Mapping[str, Value]) -> int:
    return sum(mum(_hash_text(key) ^ K2, _hash_value(value) ^ K3) for key, value in fields.items()) & MASK


def fingerprint(at_us: int, fields: Mapping[str, Value]) -> int:
    """Fingerprint an event, 48 bits. `fields` lack `timestamp` and the `sensor` and `session` that named its own."""
    start = mum((at_us & MASK) ^ K0, K1)
    return mum((start + _sum_of_members(fields)) & MASK, K3) >> 16
