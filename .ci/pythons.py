"""Prints the Pythons of this machine that sesscore can be built for, one path a line; first the one that runs this.

Looked for on PATH, where systems put them, and among those of pyenv. One of each version and place.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAME = re.compile(r"python3\.(1[1-9]|[2-9][0-9])")
PLACES = ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
# What it is, where it is, and what keeps it from being used.
QUESTION = """
import os, sys, sysconfig
reason = ""
if sys.implementation.name != "cpython": reason = "not CPython"
elif sysconfig.get_config_var("Py_GIL_DISABLED"): reason = "free threaded"
elif sys.prefix != sys.base_prefix: reason = "an environment of another one"
elif not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")): reason = "without headers"
print(os.path.realpath(sys.executable), reason, sep="\\n")
"""


def candidates() -> Iterator[str]:
    """Whatever has the name of a Python from 3.11 on."""
    yield sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = [*os.environ.get("PATH", "").split(os.pathsep), *PLACES, *sorted(map(str, pyenv.glob("versions/*/bin")))]
    for folder in dict.fromkeys(filter(None, folders)):
        if Path(folder).is_dir():
            yield from sorted(str(path) for path in Path(folder).iterdir() if NAME.fullmatch(path.name))


def main() -> None:
    """Ask each what it is; those that are passed over are named on standard error."""
    seen = set()
    for candidate in candidates():
        asked = subprocess.run([candidate, "-c", QUESTION], capture_output=True, text=True)
        if asked.returncode:
            continue  # a name that pyenv keeps for versions that are not chosen
        path, reason = asked.stdout.split("\n")[:2]
        if path in seen:
            continue
        seen.add(path)
        if reason and candidate != sys.executable:
            print(f"not tried: {path}, {reason}", file=sys.stderr)
        else:
            print(path)


if __name__ == "__main__":
    main()
