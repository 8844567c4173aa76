"""Makes a site of the Markdown files of this repository: `sphinx-build -c docs . FOLDER`.

The folder of sources is the root, so that README, CONTRIBUTING and the others are pages, too, and a link from file to
file is the same on the site, on a forge and in a checkout. docs/index.md says which pages there are: each of its
chapters is one of the menu.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
MODULE = (ROOT / "sesscore" / "__init__.py").read_text("utf-8")  # not imported: it would have to be compiled

project = "sesscore"
author = copyright = "the authors of sesscore"
version = release = re.findall(r'^__version__ = "(.+)"$', MODULE, re.MULTILINE)[0]

root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "tests/figures/README.md"]
exclude_patterns = ["**/.*", ".*", "build", "**/node_modules"]
extensions = ["myst_parser", "sphinx.ext.githubpages"]  # the latter: .nojekyll, or Pages leaves out `_static`
smartquotes = False  # what is written is what is shown
myst_heading_anchors = 4  # by the names that forges give them

html_theme = "furo"
html_title = f"sesscore {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_use_index = False  # there are no entries for one
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_last_updated_fmt = None  # the same sources give the same bytes

CHAPTER = re.compile(r"^## (.+)\n((?:(?!## ).*\n)*)", re.MULTILINE)
PAGE = re.compile(r"^- \[(.+?)\]\(([\w./-]+)\.md\)", re.MULTILINE)


def add_menu(app: Sphinx, page: str, source: list[str]) -> None:
    """Give the first page a toctree for each of its lists of pages, which a forge would show as code."""
    if page == root_doc:
        for title, text in CHAPTER.findall(source[0]):
            if pages := PAGE.findall(text):
                lines = "\n".join(f"{name} <{target}>" for name, target in pages)
                source[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{lines}\n```\n"


def add_front_door(app: Sphinx, problem: Exception | None) -> None:
    """Lead from the folder of the site to its first page."""
    if problem is None and app.builder.format == "html":
        page = f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={root_doc}.html">'
        title = f'<title>{project}</title><a href="{root_doc}.html">{project}</a>\n'
        Path(app.outdir, "index.html").write_text(page + title, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """What Sphinx calls when it begins."""
    app.connect("source-read", add_menu)
    app.connect("build-finished", add_front_door)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
