"""Checks what the sdist and the wheels in a folder hold: everything they must, nothing else."""

import ast
import re
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
SOURCES = ("_ext", "sql", "sesscore", "tests", "docs", "asv_bench", "contrib")
TOP = (
    "pyproject.toml",
    "setup.py",
    "MANIFEST.in",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "LICENSE",
)
MADE = {".so", ".c", ".html", ".pyc", ".db"}
COMPLETIONS = (
    "bash-completion/completions/sesscore",
    "zsh/site-functions/_sesscore",
    "fish/vendor_completions.d/sesscore.fish",
)
WRITTEN = "tests/campaigns/shim.c"  # the one file in C that no Cython made


def tree(folder: str) -> set[PurePosixPath]:
    """The files of a folder that people wrote, relative to the root."""
    found = (path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file())
    return {PurePosixPath(path) for path in found if not is_made(str(path)) and "__pycache__" not in path.parts}


def is_made(name: str) -> bool:
    """Whether a program makes the file."""
    return PurePosixPath(name).suffix in MADE and name != WRITTEN


def expected_in_wheel() -> set[str]:
    """The modules and their stubs, JSON Schemas, the SQL, and a module for each `.pyx` (without its platform tag).

    And what is made of the command line: a manual page for each command, and a script for each shell.
    """
    package = {
        str(path) for path in tree("sesscore") if path.suffix in {".py", ".pyi", ".json"} or path.name == "py.typed"
    }
    statements = {f"sesscore/{path}" for path in tree("sql") if path.suffix in {".sql", ".py"}}
    compiled = {f"sesscore/_{path.stem}.so" for path in tree("_ext") if path.suffix == ".pyx"}
    return package | statements | compiled | {f"share/{name}" for name in (*manual_pages(), *COMPLETIONS)}


def manual_pages() -> list[str]:
    """One for each function of `sesscore/commands` with `@click.command()`, or with `@db.command()` of its group."""
    found = ["sesscore"]
    for path in (ROOT / "sesscore" / "commands").glob("*.py"):
        for node in ast.parse(path.read_bytes()).body:
            for one in getattr(node, "decorator_list", ()):
                made = one.func if isinstance(one, ast.Call) else one
                if isinstance(made, ast.Attribute) and made.attr in ("command", "group"):
                    parent = ast.unparse(made.value)
                    words = ["sesscore", *([] if parent == "click" else [parent]), node.name.rstrip("_")]
                    found.append("-".join(words))
    return [f"man/man1/{name}.1" for name in found]


def in_wheel(path: Path) -> set[str]:
    """The names of files in a wheel, metadata and platform tags left out; auditwheel also packs folders."""
    with zipfile.ZipFile(path) as wheel:
        files = [name for name in wheel.namelist() if ".dist-info/" not in name and name[-1] != "/"]
    names = [PurePosixPath(re.sub(r"^[^/]+\.data/data/", "", name)) for name in files]
    return {str(name if name.suffix != ".so" else name.with_name(name.name.split(".")[0] + ".so")) for name in names}


def in_sdist(path: Path) -> set[str]:
    """The names in an sdist, without its top folder."""
    with tarfile.open(path) as sdist:
        return {str(PurePosixPath(*PurePosixPath(member.name).parts[1:])) for member in sdist if member.isfile()}


def main(folder: Path) -> int:
    """Say what is missing and what is too much; 1 if there is any."""
    (sdist,), wheels = folder.glob("*.tar.gz"), sorted(folder.glob("*.whl"))
    there, wanted = in_sdist(sdist), {str(path) for name in SOURCES for path in tree(name)} | set(TOP)
    problems = [f"{sdist.name} lacks {name}" for name in sorted(wanted - there)]
    problems += [f"{sdist.name} holds {name}" for name in sorted(there) if is_made(name)]
    wanted = expected_in_wheel()
    for wheel in wheels:
        there = in_wheel(wheel)
        problems += [f"{wheel.name} lacks {name}" for name in sorted(wanted - there)]
        problems += [f"{wheel.name} holds {name}" for name in sorted(there - wanted)]
    for problem in problems:
        print(problem)
    if not problems:
        print("hold what they must:", *(path.name for path in (sdist, *wheels)))
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
