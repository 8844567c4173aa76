"""Writers of documents, one a format. None knows a report; each gives bytes piece by piece as the rows come."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from sesscore.render import PAGE
from sesscore.report.document import Document

FORMATS = ("table", "text", "json", "jsonl", "csv", "markdown")


@dataclass(frozen=True)
class Look:
    """How a page looks. columns: its width."""

    colour: bool = False
    encoding: str = "utf-8"
    columns: int = PAGE


def pieces(document: Document, format_: str, look: Look) -> Iterator[bytes]:
    """The document in one of FORMATS."""
    module = import_module(f"sesscore.formats.{format_}")
    return cast("Iterator[bytes]", module.pieces(document, look))
