"""Fuzzes targets, each in a process of its own, until a number of executions, of seconds, or a finding.

    python tests/fuzz/run.py [TARGET …] [--executions N] [--seconds N] [--seed S] [--sanitized]
    python tests/fuzz/run.py TARGET --input FILE [--sanitized]     the inputs of a file again

The same seed makes the same inputs. --sanitized: the kernel and the extensions are built with AddressSanitizer and
UBSan (gcc). A finding is made as small as it goes and written to a file, with the command to repeat it; 1 if there is
one. Needs Cython, setuptools and a C compiler. docs/testing.md, "Fuzzing", says what the targets are.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mmap
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from fuzz.build import ROOT, compiled, environment  # noqa: E402
from fuzz.minimise import minimised  # noqa: E402
from fuzz.target import read, written  # noqa: E402

FINDINGS = ROOT / "build" / "fuzz" / "findings"
BOX_BYTES = 8192
SHOWN_LINES = 12  # of what a process said that was ended by a signal
WORKER = "--worker"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 1 if something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--executions", type=int, default=1 << 62)
    parser.add_argument(
        "--seconds", type=float, default=None, help="of each target; 60 if no number of executions is given"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sanitized", action="store_true")
    parser.add_argument("--input", type=Path, help="inputs, a line each, as in tests/fuzz/corpus/")
    parser.add_argument("--findings", type=Path, default=FINDINGS)
    parser.add_argument(WORKER, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.seconds is None:
        options.seconds = 60.0 if options.executions == 1 << 62 else float("inf")
    if options.worker:
        return _work(options)
    from fuzz.targets import TARGETS

    for name in options.targets:
        if name not in TARGETS:
            parser.error(f"no target {name!r}; there are {', '.join(TARGETS)}")
    compiled(sanitized=options.sanitized)
    process_environment = environment(sanitized=options.sanitized)
    found = [_fuzz(name, options, process_environment) for name in options.targets or TARGETS]
    return int(any(found))


# --- a process ------------------------------------------------------------------------------------------------------


def _work(options: argparse.Namespace) -> int:
    """What is done in a process of its own; the last line that it prints is what came of it."""
    from fuzz.loop import fuzz, problem_with
    from fuzz.targets import TARGETS

    target = TARGETS[options.targets[0]]
    with options.worker.open("r+b") as file:
        box = mmap.mmap(file.fileno(), BOX_BYTES)  # for as long as the process lives
        if options.input:
            told: dict[str, Any] = {"problem": None, "input": None}
            for data in read(options.input):
                box[: 8 + len(data)] = len(data).to_bytes(8, "little") + data
                if (problem := problem_with(target, data, sanitized=options.sanitized)) is not None:
                    told = {"problem": problem, "input": data.decode("latin-1")}
                    break
        else:
            run = fuzz(target, options.seed, options.executions, options.seconds, box, sanitized=options.sanitized)
            told = {**vars(run), "input": None if run.input is None else run.input.decode("latin-1")}
    print(json.dumps(told))
    return 0


def _run(name: str, options: argparse.Namespace, process_environment: dict[str, str], *more: str) -> dict[str, Any]:
    """What came of a process, also if it was ended by a signal: then by the input that was at hand."""
    with tempfile.NamedTemporaryFile() as box:
        box.truncate(BOX_BYTES)
        command = [sys.executable, str(HERE / "run.py"), name, WORKER, box.name, *more]
        if options.sanitized:
            command.append("--sanitized")
        done = subprocess.run(
            command, env=process_environment, capture_output=True, text=True, errors="replace", check=False
        )
        if done.returncode == 0:
            told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
            return told
        held = Path(box.name).read_bytes()
    length = min(int.from_bytes(held[:8], "little"), BOX_BYTES - 8)
    said = "\n".join(f"    {line}" for line in done.stderr.splitlines()[:SHOWN_LINES])
    ended = "it ended" if done.returncode > 0 else "it was ended by a signal"
    return {
        "problem": f"{ended}: {done.returncode}",
        "said": said,
        "input": held[8 : 8 + length].decode("latin-1"),
        "executions": 0,
        "kept": 0,
        "seconds": 0.0,
    }


def _fuzz(name: str, options: argparse.Namespace, process_environment: dict[str, str]) -> bool:
    """Whether something was found; it is told."""
    if options.input:
        told = _run(name, options, process_environment, "--input", str(options.input))
        print(f"{name}: {told['problem'] or 'nothing is wrong'}", flush=True)
        return told["problem"] is not None
    limits = ("--executions", str(options.executions), "--seconds", str(options.seconds), "--seed", str(options.seed))
    told = _run(name, options, process_environment, *limits)
    figures = f"{told['executions']:,} executions, {told['seconds']:.0f} s, {told['kept']:,} inputs kept"
    print(f"{name}: {figures}, {'a finding' if told['problem'] else 'nothing found'}", flush=True)
    if told["problem"]:
        _tell(name, told, options, process_environment)
    return told["problem"] is not None


# --- a finding ------------------------------------------------------------------------------------------------------


def _tell(name: str, told: dict[str, Any], options: argparse.Namespace, process_environment: dict[str, str]) -> None:
    data = told["input"].encode("latin-1")
    print(f"  {told['problem']}\n{told.get('said', '')}", flush=True)
    options.findings.mkdir(parents=True, exist_ok=True)
    path = options.findings / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}.txt"

    def still(smaller: bytes) -> bool:
        path.write_text(f"{written(smaller)}\n", "ascii")
        again = _run(name, options, process_environment, "--input", str(path))["problem"]
        return again is not None and again.split(":")[0] == told["problem"].split(":")[0]

    smallest = minimised(data, still)
    path.write_text(f"# {told['problem']}\n{written(smallest)}\n".replace("\r", " "), "ascii", "replace")
    again = f"python tests/fuzz/run.py {name} --input {path}{' --sanitized' if options.sanitized else ''}"
    print(f"  {written(smallest)}\n  again: {again}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
