"""Compiles what fuzzing needs: the compiled side of the fuzzer, and with sanitizers the extensions of the package, too.

What was compiled stays in `build/fuzz/`, by a hash of what it was made of.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer"]
# Python compiles extensions so that integers wrap around, which hides from the sanitizer where they do.
SANITIZED = [*SANITIZERS, "-fno-wrapv"]
COVERAGE = ["-fsanitize-coverage=trace-pc"]
optimise = "-O1"  # "-O0" for what is executed so seldom that compiling is most of the work


@cache
def kernel(*, sanitized: bool = False) -> ModuleType:
    """The module `kernel`, compiled if need be. Raises ImportError without Cython, CompileError without a compiler."""
    folder = compiled(sanitized=sanitized)
    path = next(folder.glob("kernel.*"))
    spec = importlib.util.spec_from_file_location("kernel", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compiled(*, sanitized: bool) -> Path:
    """The folder of the module."""
    flags = ["-std=c11", optimise, *COVERAGE, *(SANITIZED if sanitized else [])]
    folder = ROOT / "build" / "fuzz" / f"kernel-{_digest(*flags)}"
    if not any(folder.glob(f"kernel*{sysconfig.get_config_var('EXT_SUFFIX')}")):
        _compile(folder, flags, SANITIZERS if sanitized else [])
    return folder


def _digest(*told: str) -> str:
    """Of all that the module is made of."""
    made = hashlib.sha256(repr((told, sys.version)).encode())
    for path in sorted([*(ROOT / "_ext").glob("*.pxd"), *(HERE / "kernel").iterdir()]):
        made.update(path.name.encode() + path.read_bytes())
    return made.hexdigest()[:16]


def _compile(folder: Path, flags: list[str], link: list[str]) -> None:
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension

    extension = Extension(
        "kernel",
        [str(HERE / "kernel" / "kernel.pyx")],
        include_dirs=[str(HERE / "kernel")],
        extra_compile_args=flags,
        extra_link_args=link,
    )
    directives = {
        "language_level": 3,
        "boundscheck": False,
        "wraparound": False,
        "initializedcheck": False,
        "cdivision": True,
    }
    made = cythonize(
        [extension],
        include_path=[str(ROOT / "_ext"), str(HERE / "kernel")],
        build_dir=str(folder / "c"),
        compiler_directives=directives,
        quiet=True,
    )
    command = Distribution({"ext_modules": made}).get_command_obj("build_ext")
    command.build_lib, command.build_temp = str(folder), str(folder / "o")
    command.ensure_finalized()
    command.run()


def environment(*, sanitized: bool) -> dict[str, str]:
    """That of a process which is to fuzz."""
    if not sanitized:
        return dict(os.environ)
    libraries = [_library("libasan.so"), _library("libubsan.so")]
    return {
        **os.environ,
        "LD_PRELOAD": " ".join(libraries),
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:abort_on_error=1",
        "PYTHONMALLOC": "malloc",  # else what goes beyond blocks of Python's own is not seen
        "PYTHONPATH": str(_package()),
    }


def _library(name: str) -> str:
    return subprocess.run(
        ["gcc", f"-print-file-name={name}"], check=True, capture_output=True, text=True
    ).stdout.strip()


def _package() -> Path:
    """The package with extensions that are built with sanitizers."""
    folder = ROOT / "build" / "fuzz" / "sanitized"
    subprocess.run(
        [
            sys.executable,
            "setup.py",
            "-q",
            "build",
            "--build-base",
            str(folder / "o"),
            "--build-lib",
            str(folder / "lib"),
        ],
        cwd=ROOT,
        env={**os.environ, "SESSCORE_SANITIZE": "1"},
        check=True,
    )
    return folder / "lib"
