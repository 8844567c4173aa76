"""Sets of numbers, and of files, that take little memory."""

from hypothesis import given
from hypothesis import strategies as st

from sesscore.numbers import Identities, Numbers

WORDS = st.one_of(st.integers(0, 40), st.integers(0, (1 << 64) - 1))


@given(st.lists(WORDS, max_size=200), st.lists(WORDS, max_size=20))
def test_like_a_set(added, asked):
    numbers, known = Numbers(), set()
    for number in added:
        assert numbers.add(number) is (number not in known)
        known.add(number)
    assert len(numbers) == len(known)
    assert [number in numbers for number in asked + added] == [number in known for number in asked + added]


def test_a_number_takes_some_bytes():
    numbers = Numbers()
    for number in range(100_000):
        numbers.add(number << 3)
    assert len(numbers) * 24 >= numbers._slots.itemsize * len(numbers._slots)


def test_an_inode_of_another_device_is_another_file():
    files = Identities()
    assert [files.add(one) for one in (1 << 64 | 7, 2 << 64 | 7, 1 << 64 | 7)] == [True, True, False]
    assert 3 << 64 | 7 not in files
    assert 2 << 64 | 8 not in files
