"""Builds the extensions of `_ext/` as modules of the package: `_ext/scan.pyx` becomes `sesscore._scan`.

SESSCORE_BUILD=debug turns on bounds checks and writes annotated sources; SESSCORE_SANITIZE=1 builds with
AddressSanitizer and UBSan. CONTRIBUTING.md says how to use both. SESSCORE_BUILD=quick does not optimise: for what is
built to be used once (tests/planted/run.py). SESSCORE_BUILD=wheel leaves out the symbols, which only profilers and
debuggers read: for what is given to others.

Manual pages and the scripts by which shells complete a line are made of the command line itself, and the reports that
lie in `sql/`. That needs click and nothing that is compiled. Wheels install them below share/; an editable
installation has none.
"""

import os
import shutil
import sys
import time
from pathlib import Path
from types import ModuleType

from Cython.Build import cythonize
from setuptools import Command, Extension, setup
from setuptools.command.build import build

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


class BuildShare(Command):
    """Writes what wheels install below share/."""

    description = "make manual pages and completion scripts"
    user_options = ()

    def initialize_options(self):
        """What setuptools sets before it runs this."""
        self.build_base = None
        self.build_lib = None
        self.editable_mode = False

    def finalize_options(self):
        """Where all commands build."""
        self.set_undefined_options("build", ("build_base", "build_base"))

    def run(self):
        """Write them, and say that they are to be installed."""
        if self.editable_mode:
            return
        found = {}
        for name, text in self.files().items():
            path = Path(self.build_base, "share", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            found.setdefault(f"share/{Path(name).parent.as_posix()}", []).append(str(path))
        self.distribution.data_files = sorted(found.items())

    def files(self):
        """By their names below share/. SOURCE_DATE_EPOCH says of which day they are, so that wheels are the same."""
        root = Path(__file__).resolve().parent
        sys.path.insert(0, str(root))
        # What is installed as this package lies elsewhere in the checkout.
        statements = sys.modules["sesscore.sql"] = ModuleType("sesscore.sql")
        statements.__path__ = [str(root / "sql")]
        from sesscore.cli import cli
        from sesscore.completion import SHELLS, script
        from sesscore.manual import pages

        day = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())))
        scripts = {place: script(shell, cli) for shell, (_, place) in SHELLS.items()}
        return scripts | {f"man/man1/{name}": page for name, page in pages(cli, day).items()}

    def get_source_files(self):
        """None that an sdist would lack."""
        return []

    def get_outputs(self):
        """None within the package."""
        return []

    def get_output_mapping(self):
        """Nor in its place."""
        return {}


class Build(build):
    """With them, and without what another version has left: pip would install its files, too."""

    sub_commands = (*build.sub_commands, ("build_share", None))

    def run(self):
        """As setuptools does it, in an empty folder."""
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


setup(
    cmdclass={"build": Build, "build_share": BuildShare},
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
