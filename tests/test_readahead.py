"""Streams are read side by side, and nobody who takes their items can tell."""

import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesscore.readahead import ReadAhead, Turn

PATIENCE = 120  # seconds, for what must happen


class Fault(Exception):
    pass


def ahead(streams, readers: int = 1) -> ReadAhead:
    return ReadAhead(list(streams), lambda stream, turn: stream(turn), readers)


def stream_of(items: list[int], error: Exception | None = None) -> Callable[[Turn], Iterator[int]]:
    def stream(turn: Turn) -> Iterator[int]:
        yield from items
        if error is not None:
            raise error

    return stream


def waiting_for(event: threading.Event) -> Callable[[Turn], Iterator[int]]:
    def stream(turn: Turn) -> Iterator[int]:
        assert event.wait(PATIENCE)
        yield 0

    return stream


@given(st.lists(st.lists(st.integers(), max_size=5), max_size=8), st.integers(1, 4))
def test_all_items_in_order(streams, readers):
    with ahead(map(stream_of, streams), readers) as items:
        assert list(items) == [item for stream in streams for item in stream]


def test_streams_are_read_side_by_side():
    """The first can only go on because the second was begun."""
    begun = threading.Event()

    def second(turn: Turn) -> Iterator[int]:
        begun.set()
        yield 1

    with ahead([waiting_for(begun), second], 2) as items:
        assert list(items) == [0, 1]


def test_a_stream_waits_for_its_turn_if_it_wants_to():
    told: list[str] = []

    def first(turn: Turn) -> Iterator[int]:
        yield from range(5)
        told.append("the first was read")

    def second(turn: Turn) -> Iterator[int]:
        turn()
        told.append("it is the second's turn")
        yield 5

    with ahead([first, second], 2) as items:
        assert list(items) == list(range(6))
    assert told == ["the first was read", "it is the second's turn"]


def test_little_is_made_that_nobody_took():
    """Two of the stream whose turn it is, one of each that is read beside it."""
    made = [0, 0, 0]
    full = threading.Semaphore(0)

    def stream_number(number: int) -> Callable[[Turn], Iterator[int]]:
        def stream(turn: Turn) -> Iterator[int]:
            for _ in range(9):
                made[number] += 1
                full.release()
                yield number

        return stream

    with ahead(map(stream_number, range(3)), 2) as items:
        for _ in range(3):
            assert full.acquire(timeout=PATIENCE)
        assert not full.acquire(timeout=0.2)
        assert made == [2, 1, 0]
        assert list(items) == [0] * 9 + [1] * 9 + [2] * 9


def test_an_error_comes_out_where_the_items_do():
    """Not earlier, though the failing stream was read before the one in front of it."""
    failed = threading.Event()

    def first(turn: Turn) -> Iterator[int]:
        assert failed.wait(PATIENCE)
        yield 1
        yield 2

    def second(turn: Turn) -> Iterator[int]:
        failed.set()
        raise Fault
        yield

    with ahead([first, second, stream_of([3])], 2) as items:
        taken = iter(items)
        assert [next(taken), next(taken)] == [1, 2]
        with pytest.raises(Fault):
            next(taken)


@pytest.mark.parametrize("readers", [1, 3])
def test_leaving_early_ends_the_threads(readers):
    with ahead(map(stream_of, [[1, 2, 3]] * 9), readers) as items:
        assert next(iter(items)) == 1
    assert not any(thread.is_alive() for thread in items._threads)


def test_a_stream_that_waits_for_its_turn_is_ended_and_closed():
    """As a file would be."""
    closed = threading.Event()
    waits = threading.Event()

    def first(turn: Turn) -> Iterator[int]:
        while True:
            yield 1

    def second(turn: Turn) -> Iterator[int]:
        try:
            waits.set()
            turn()
            yield 2
        finally:
            closed.set()

    with ahead([first, second], 2) as items:
        assert next(iter(items)) == 1
        assert waits.wait(PATIENCE)
    assert closed.wait(PATIENCE)
