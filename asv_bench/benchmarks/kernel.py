"""The two steps in C as benchmarks call them: the one place to change when their interface does."""

from typing import Any

from sesscore._fold import Folder, RowTables
from sesscore._scan import EventBatch

Leaf = tuple[int, int, list[list[int]], bytes]


def scan(block: bytes) -> EventBatch:
    """Bytes → events. The block is one of whole lines that the fast path takes."""
    batch = EventBatch(block, "bench")
    if batch.scan(0) != len(block):
        raise AssertionError("the fast path did not take the whole block")
    return batch


def new_folder() -> Folder:
    """A folder that knows nothing yet."""
    return Folder(0, 0, RowTables())


def fold(folder: Folder, batch: EventBatch) -> None:
    """Events → rows of sessions, none of which a database knows."""
    folder.plan(batch.capsule, list(range(1, len(batch.sensors) + 1)))
    folded = folder.fold_new(1, 1)
    folder.fold_known({name: [] for name, *_ in folder.lookups()}, _nothing_stored, folded)
    folder.flip()
    folder.tables.clear()


def _nothing_stored(held: list[tuple[Any, ...]], first_us: int, last_us: int) -> tuple[list[Leaf], int]:
    return [], 0
