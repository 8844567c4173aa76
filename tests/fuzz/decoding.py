"""Target `slow`: records of the slow path; and an object has the value that the recount reads in it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from compare import oracle_scan, scan
from fuzz.kernel_targets import LOG_WORDS, logs
from fuzz.target import Target, Wrong

from sesscore import recount_values
from sesscore._scan import Digits, EventBatch
from sesscore.slowpath import decode


def judge(data: bytes) -> Any:
    """Without the fast path, against the recount; what comes out: what became of the records."""
    growable = len(data) % 2 == 0
    made = scan(data, growable, fast=False)
    events, fates, pending = oracle_scan(data, growable)
    if made.events != events:
        raise Wrong("the slow path reads other events than the recount")
    if +Counter({**made.reasons, "blank": made.blank, "sessionless": made.sessionless}) != fates:
        raise Wrong("the slow path makes other records than the recount")
    if made.pending != pending:
        raise Wrong("the slow path lets other bytes wait than the recount")
    _judge_value(data)
    return tuple(sorted((fate, min(count, 2)) for fate, count in fates.items())), min(len(events), 2), bool(pending)


def _judge_value(data: bytes) -> None:
    """The first object of an input, whole."""
    at = data.find(b"{")
    if at < 0:
        return
    verdict, end = EventBatch(data, "s").check(at)
    if verdict == "whole" and _plain(decode(data[at:end])) != _plain(recount_values.decode(data[at:end])):
        raise Wrong("an object has another value for the recount")


def _plain(value: Any) -> Any:
    """Told apart by type, too: 1 is not 1.0, nor true."""
    if isinstance(value, dict):
        return {key: _plain(element) for key, element in value.items()}
    if isinstance(value, list):
        return [_plain(element) for element in value]
    if isinstance(value, Digits):
        return "integer", str(value)
    if isinstance(value, recount_values.HugeInteger):
        return "integer", value.digits
    if isinstance(value, int) and not isinstance(value, bool):
        return "integer", str(value)
    return type(value).__name__, value + 0.0 if isinstance(value, float) else value


TARGET = Target("slow", judge, LOG_WORDS, seeds=logs)
