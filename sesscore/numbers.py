"""Sets of numbers in little memory: of a million files it is remembered which were met."""

from array import array

_SCATTER = 0x9E3779B97F4A7C15  # consecutive numbers, as inodes are, shall not lie side by side
_WORD = 1 << 64


class Numbers:
    """A set of numbers from 0 to 2**64 - 1: twelve to twenty-four bytes each, where a `set` takes a hundred."""

    def __init__(self) -> None:
        self._slots = array("Q", [0]) * 8  # 0: free
        self._bits = 3
        self._used = 0
        self._zero = False

    def __len__(self) -> int:
        """How many there are."""
        return self._used + self._zero

    def __contains__(self, number: int) -> bool:
        """Whether a number is in it."""
        return self._slots[self._place(number)] == number if number else self._zero

    def add(self, number: int) -> bool:
        """Adds a number. Returns whether it is new."""
        if number == 0:
            known, self._zero = self._zero, True
            return not known
        at = self._place(number)
        if self._slots[at] == number:
            return False
        self._slots[at] = number
        self._used += 1
        if 3 * self._used > 2 * len(self._slots):
            self._grow()
        return True

    def _place(self, number: int) -> int:
        """Where a number stands, or would stand."""
        slots, last = self._slots, len(self._slots) - 1
        at = (number * _SCATTER % _WORD) >> (64 - self._bits)
        while slots[at] not in (0, number):
            at = (at + 1) & last
        return at

    def _grow(self) -> None:
        before = self._slots
        self._bits += 1
        self._slots = array("Q", [0]) * (2 * len(before))
        for number in before:
            if number:
                self._slots[self._place(number)] = number


class Identities:
    """A set of files, each by its device and inode in one number, as in `Candidate.identity`."""

    def __init__(self) -> None:
        self._devices: dict[int, Numbers] = {}

    def __contains__(self, identity: int) -> bool:
        """Whether a file is in it."""
        device, inode = divmod(identity, _WORD)
        return device in self._devices and inode in self._devices[device]

    def add(self, identity: int) -> bool:
        """Adds a file. Returns whether it is new."""
        device, inode = divmod(identity, _WORD)
        return self._devices.setdefault(device, Numbers()).add(inode)
