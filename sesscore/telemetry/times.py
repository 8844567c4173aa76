"""How long things took: bounded memory, however many there are."""

from math import ceil, frexp
from typing import Final

_STEPS: Final = 16  # a power of two is divided in so many: a bucket is 4 % wide at the least, 6 % at the most
_LEAST: Final = -20  # the power of two of the first bucket: a microsecond
_POWERS: Final = 40  # up to days


class Times:
    """Counts durations in buckets, which are narrow at short ones and wide at long ones.

    median and p99 are those of the bucket, so within 6 % of the true ones; the last and the longest are exact.
    """

    def __init__(self) -> None:
        self.count = 0
        self.last: float | None = None
        self.longest: float | None = None
        self._buckets = [0] * (_POWERS * _STEPS)

    def add(self, seconds: float) -> None:
        """One more."""
        fraction, power = frexp(max(seconds, 1e-9))
        bucket = (power - 1 - _LEAST) * _STEPS + int((2 * fraction - 1) * _STEPS)
        self._buckets[min(max(bucket, 0), len(self._buckets) - 1)] += 1
        self.last = seconds
        self.longest = seconds if self.longest is None else max(seconds, self.longest)
        self.count += 1

    def at(self, share: float) -> float | None:
        """The duration that so large a share of all does not pass: 0.5 is the median. None if there is none."""
        counts = list(self._buckets)  # another thread may add to them
        wanted = ceil(share * sum(counts))
        seen = 0
        for bucket, count in enumerate(counts):
            seen += count
            if seen >= wanted > 0:
                power, step = divmod(bucket, _STEPS)
                upper: float = (1 + (step + 1) / _STEPS) * 2.0 ** (power + _LEAST)
                return min(upper, self.longest or upper)
        return None
