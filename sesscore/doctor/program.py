"""Versions: of the program, of Python, and of all that it stands on."""

import contextlib
import importlib
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sesscore import __version__
from sesscore.doctor.findings import Asked, Section
from sesscore.errors import SesscoreError

NEEDED = ("apsw", "orjson", "click", "rich", "platformdirs")
OPTIONAL = {"isal": "gzip logs are unpacked by zlib, which takes four times as long", "numpy": ""}
EXTENSIONS = ("_scan", "_fold", "_totals", "_packed")
# Of SQLite: what decides whether it can be used, and how.
OPTIONS = ("THREADSAFE=", "OMIT_", "DEFAULT_SYNCHRONOUS=", "DEFAULT_WAL_SYNCHRONOUS=", "TEMP_STORE=", "COMPILER=")


def look(asked: Asked) -> Section:
    """All of them."""
    section = Section()
    section.facts = {
        "sesscore": __version__,
        "schema_version": None,
        "python": platform.python_version(),
        "build": " ".join(platform.python_build()),
        "compiler": platform.python_compiler(),
        "executable": sys.executable or "",
        "libc": " ".join(filter(None, platform.libc_ver())) or None,
        "system": " ".join((platform.system(), platform.release(), platform.machine())),
        "sqlite": None,
        "packages": [_package(name, section) for name in (*NEEDED, *OPTIONAL)],
        "extensions": [_extension(name, section) for name in EXTENSIONS],
    }
    with contextlib.suppress(ImportError, AttributeError):  # said above
        section.facts["sqlite"] = _sqlite(section)
        from sesscore.migrations import SCHEMA_VERSION

        section.facts["schema_version"] = SCHEMA_VERSION
    return section


def _package(name: str, section: Section) -> dict[str, Any]:
    """Its version by what pip wrote, which is there even if it cannot be imported."""
    try:
        installed = version(name)
    except PackageNotFoundError:
        installed = None
    works = _imported(name, name in NEEDED, installed, section)
    if not works and OPTIONAL.get(name):
        section.note(f"{name} is not there: {OPTIONAL[name]}", hint=f"pip install {name}")
    return {"name": name, "version": installed, "works": works}


def _imported(name: str, needed: bool, installed: str | None, section: Section) -> bool:
    try:
        importlib.import_module(name)
    except Exception as error:  # of what is broken any can come
        if needed or installed:
            hint = f"pip install --force-reinstall {name}"
            section.problem(f"{name} cannot be imported: {type(error).__name__}: {error}", hint=hint)
        return False
    return True


def _extension(name: str, section: Section) -> dict[str, Any]:
    try:
        module = importlib.import_module(f"sesscore.{name}")
    except Exception as error:
        what = f"the compiled module sesscore.{name} cannot be imported: {type(error).__name__}: {error}"
        section.problem(what, hint="pip install --force-reinstall sesscore; in a checkout: pip install -e .")
        return {"name": f"sesscore.{name}", "path": None, "works": False}
    return {"name": f"sesscore.{name}", "path": module.__file__, "works": True}


def _sqlite(section: Section) -> dict[str, Any]:
    import apsw

    from sesscore.sqlite_errors import check_library

    try:
        check_library()
    except SesscoreError as error:
        section.failed(error)
    if "OMIT_LOAD_EXTENSION" in apsw.compile_options:
        hint = "install apsw from PyPI: pip install --force-reinstall apsw"
        section.problem("this SQLite cannot load extensions, which every command needs", hint=hint)
    return {
        "version": apsw.sqlite_lib_version(),
        "source_id": apsw.sqlite3_sourceid(),
        "amalgamation": apsw.using_amalgamation,
        "compile_options": [one for one in apsw.compile_options if one.startswith(OPTIONS)],
    }
