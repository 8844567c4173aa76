"""Executes a target again and again, each time with another input; the same ones for the same seed."""

from __future__ import annotations

import mmap
import signal
import time
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from fuzz.build import kernel
from fuzz.target import Target, corpus, problem_of

BOX_BYTES = 8192
AT_ONCE = 20_000  # executions of the kernel between two looks at the clock
ENDLESS = 120  # seconds of one step, after which a process is ended by a signal


@dataclass
class Run:
    """What came of it. input, problem: of the finding that ended it, if there was one."""

    executions: int = 0
    judged: int = 0
    kept: int = 0
    seconds: float = 0.0
    input: bytes | None = None
    problem: str | None = None


def fuzz(
    target: Target, seed: int, executions: int, seconds: float, box: Any = None, *, sanitized: bool = False
) -> Run:
    """Executes a target until there are so many executions, or so many seconds are over, or something is found.

    box: memory of BOX_BYTES that outlives the process and holds the input at hand.
    """
    run, begun = Run(), time.monotonic()
    module = kernel(sanitized=sanitized)
    inputs = module.Inputs(target.words, seed, box or mmap.mmap(-1, BOX_BYTES))
    step = _kernel_step(module, target) if target.kernel else _python_step(target)
    for data in [*corpus(target.name), *target.seeds()]:
        inputs.keep(data)
        if (problem := problem_of(target.judge, data)) is not None:
            run.input, run.problem = data, problem
            break
    while run.problem is None and run.executions < executions and time.monotonic() - begun < seconds:
        signal.alarm(ENDLESS)
        step(inputs, executions - run.executions, run)
    signal.alarm(0)
    run.kept, run.seconds = len(inputs), time.monotonic() - begun
    return run


def _kernel_step(module: Any, target: Target) -> Any:
    compiled = module.Kernel(target.name)

    def step(inputs: Any, most: int, run: Run) -> None:
        done, told, problem = compiled.run(inputs, min(AT_ONCE, most), target.every)
        run.executions += done
        if problem is not None:
            run.input, run.problem = inputs.last(), problem
            return
        for data in told:
            signal.alarm(ENDLESS)
            run.judged += 1
            if (problem := problem_of(target.judge, data)) is not None:
                run.input, run.problem = data, problem
                return

    return step


def _python_step(target: Target) -> Any:
    known: set[Hashable] = set()

    def judge(data: bytes) -> Hashable:
        outcome = target.judge(data)
        fresh.append(outcome not in known)
        known.add(outcome)
        return outcome

    fresh: list[bool] = []

    def step(inputs: Any, most: int, run: Run) -> None:
        data = inputs.next()
        run.executions += 1
        run.judged += 1
        if (problem := problem_of(judge, data)) is not None:
            run.input, run.problem = data, problem
        elif fresh.pop():
            inputs.keep(data)

    return step


def problem_with(target: Target, data: bytes, *, sanitized: bool = False) -> str | None:
    """What is wrong with one input, or None."""
    signal.alarm(ENDLESS)
    try:
        if target.kernel:
            problem: str | None = kernel(sanitized=sanitized).Kernel(target.name).problem_of(data)
            if problem is not None:
                return problem
        return problem_of(target.judge, data)
    finally:
        signal.alarm(0)
