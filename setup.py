"""Builds the extensions of `_ext/` as modules of the package: `_ext/scan.pyx` becomes `sesscore._scan`.

SESSCORE_BUILD=debug turns on bounds checks and writes annotated sources; SESSCORE_SANITIZE=1 builds with
AddressSanitizer and UBSan. CONTRIBUTING.md says how to use both. SESSCORE_BUILD=quick does not optimise: for what is
built to be used once (tests/planted/run.py). SESSCORE_BUILD=wheel leaves out the symbols, which only profilers and
debuggers read: for what is given to others.
"""

import os
import sys

from Cython.Build import cythonize
from setuptools import Extension, setup

DEBUG = os.environ.get("SESSCORE_BUILD") == "debug"
QUICK = os.environ.get("SESSCORE_BUILD") == "quick"
WHEEL = os.environ.get("SESSCORE_BUILD") == "wheel"
SANITIZE = os.environ.get("SESSCORE_SANITIZE") == "1"

SANITIZER_FLAGS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer", "-g"]
COMPILE_FLAGS = ["-O1", *SANITIZER_FLAGS] if SANITIZE else ["-O0" if QUICK else "-O3", "-g0"]
STRIP = "-Wl,-x" if sys.platform == "darwin" else "-Wl,--strip-all"
LINK_FLAGS = SANITIZER_FLAGS if SANITIZE else [STRIP] if WHEEL else []

# Each kind of build has a folder of its own: what one has compiled, another would take for up to date.
KIND = "/debug" if DEBUG else "/quick" if QUICK else "/wheel" if WHEEL else ""
BUILD = "build" + KIND + ("/sanitize" if SANITIZE else "")

setup(
    ext_modules=cythonize(
        [
            Extension(
                f"sesscore._{name}",
                [f"_ext/{name}.pyx"],
                extra_compile_args=["-std=c11", *COMPILE_FLAGS],
                extra_link_args=LINK_FLAGS,
            )
            for name in ("scan", "fold", "totals", "packed")
        ],
        include_path=["_ext"],
        build_dir=f"{BUILD}/cython",
        annotate=DEBUG,
        compiler_directives={
            "language_level": 3,
            "boundscheck": DEBUG,
            "wraparound": False,
            "initializedcheck": DEBUG,
            "cdivision": True,
            "embedsignature": True,
        },
    ),
    options={
        "build": {"build_base": BUILD},
        "build_ext": {"force": DEBUG or SANITIZE, "parallel": os.cpu_count()},
    },
)
