"""Averages and changes to two decimals, worked out in whole numbers: the same everywhere."""


def average(total: int, number: int) -> float | None:
    """An average; None of nothing."""
    return hundredths(total, number) if number else None


def percent(was: int, now: int) -> float | None:
    """A change in percent; None if there was nothing."""
    return hundredths(100 * (now - was), was) if was else None


def hundredths(numerator: int, denominator: int) -> float:
    """A fraction, the exact half away from zero. denominator: positive."""
    sign = -1 if numerator < 0 else 1
    return sign * ((200 * abs(numerator) + denominator) // (2 * denominator)) / 100
