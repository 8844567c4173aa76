"""The generator itself: README, tests and every benchmark wait for it."""

from collections import deque

from sesscore.synth import generate


class Synth:
    params = ((10_000,),)
    param_names = ("events",)

    def time_lines(self, events: int) -> None:
        deque(generate(events, seed=1), maxlen=0)
