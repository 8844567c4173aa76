"""Types of the compiled fold (`_ext/fold.pyx`)."""

from collections.abc import Callable, Mapping
from typing import Any

Load = Callable[[list[int], int, int], tuple[list[tuple[int, int, list[list[int]], bytes]], int]]

class TextDictionary:
    def intern(self, value: str) -> int: ...
    def warm(self, text_id: int, value: str) -> None: ...
    def take_fresh(self) -> list[Any]: ...

class SessionFilter:
    days: set[int]
    @property
    def full(self) -> bool: ...
    def clear(self) -> None: ...
    def holds(self, sensor_id: int, session_id: str) -> bool: ...
    def know(self, sensor_id: int, session_id: str) -> None: ...

class Rows:
    new_session_rows: list[Any]
    changed_session_rows: list[Any]
    parts: list[Any]
    stale_parts: list[Any]
    days: list[Any]
    sources: list[Any]
    events: int
    duplicates: int
    new_sessions: int
    updated_sessions: int
    joined_sessions: int
    last_session: int | None

class TallyRows:
    events: list[Any]
    sessions: list[Any]
    values: list[Any]
    fallen_sessions: list[Any]
    fallen_values: list[Any]

class Folder:
    texts: TextDictionary
    known: SessionFilter
    def __init__(self, last_key: int, last_text_id: int) -> None: ...
    def plan(self, capsule: object, sensor_ids: list[int]) -> set[int]: ...
    def lookups(self) -> list[tuple[int, int, str, list[int]]]: ...
    def fold(
        self,
        found: dict[int, list[tuple[Any, ...]]],
        load: Load,
        source_id: int,
        first_record: int,
    ) -> Rows: ...
    def merge(
        self,
        sensor_id: int,
        session_id: str,
        row: tuple[Any, ...],
        leaves: list[tuple[int, int, list[list[int]], bytes]],
        text_ids: Mapping[int, int],
        held: list[tuple[Any, ...]],
        load: Load,
        rows: Rows,
    ) -> tuple[int, int]: ...
    def take_tallies(self) -> TallyRows: ...
