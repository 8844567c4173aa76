"""Checks that a tag names the version that the package has, and that CHANGELOG.md has a dated section for it.

python .ci/check_tag.py v1.2.3
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main(tag: str) -> int:
    """Say what is wrong; 1 if anything is."""
    version = re.search(r'^__version__ = "(.+)"$', (ROOT / "sesscore" / "__init__.py").read_text("utf-8"), re.M)[1]
    problems = []
    if tag != f"v{version}":
        problems.append(f"the tag is {tag}, and the version in sesscore/__init__.py is {version}")
    if not re.search(
        rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M
    ):
        problems.append(f"CHANGELOG.md has no section `## [{version}] - YYYY-MM-DD`")
    print(*problems or [f"{tag}: the version, and in CHANGELOG.md"], sep="\n")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
