"""Checks that the pages in a folder fetch nothing from elsewhere when they are looked at: no font, no script."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

STYLE = re.compile(r"""(?:url\(|@import)\s*["']?\s*((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)
LINKS = {"a", "area"}  # followed when somebody clicks
FETCHED = {"src", "srcset", "href", "data", "poster", "action", "background"}
NAMED = {"canonical", "license", "author", "next", "prev", "search", "index"}  # what a <link> names and nobody fetches


class Page(HTMLParser):
    """Finds what a browser would fetch from another host."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes of a tag."""
        given = {name: value or "" for name, value in attrs}
        self.in_style = tag == "style"
        self.fetched += STYLE.findall(given.get("style", ""))
        if tag not in LINKS and given.get("rel") not in NAMED:
            values = [value for name, value in given.items() if name in FETCHED]
            self.fetched += [value for value in values if re.match(r"\s*(https?:)?//", value)]

    def handle_endtag(self, tag: str) -> None:
        """What follows is no style."""
        self.in_style = False

    def handle_data(self, data: str) -> None:
        """Look into a style."""
        if self.in_style:
            self.fetched += STYLE.findall(data)


def fetched(path: Path) -> list[str]:
    """What a file of the site fetches from elsewhere."""
    text = path.read_text("utf-8", errors="replace")
    if path.suffix == ".css":
        return STYLE.findall(text)
    page = Page()
    page.feed(text)
    page.close()
    return page.fetched


def main(folder: Path) -> int:
    """Say what is fetched, and by which file; 1 if there is any, or no page."""
    pages = sorted(folder.rglob("*.html"))
    files = [*pages, *sorted(folder.rglob("*.css"))]
    problems = [f"{path.relative_to(folder)} fetches {address}" for path in files for address in fetched(path)]
    print(*problems or [f"{len(pages)} pages fetch nothing from elsewhere"], sep="\n")
    return bool(problems) or not pages


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
