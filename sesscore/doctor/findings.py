"""What a section tells: facts, and what is to be said of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from sesscore.errors import ConditionFailed, SesscoreError


class Level(IntEnum):
    """How much a finding matters. A problem keeps a command from working, or figures from being right."""

    OK = 0
    NOTE = 1
    WARNING = 2
    PROBLEM = 3


@dataclass(frozen=True)
class Finding:
    """what, where, and hint, what to do. exit_code: with which commands end for it, if it is a problem."""

    level: Level
    what: str
    where: str = ""
    hint: str = ""
    exit_code: int = ConditionFailed.exit_code


@dataclass
class Section:
    """facts: fixed names, for programs and, those that are simple, for people."""

    facts: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def note(self, what: str, where: str = "", hint: str = "") -> None:
        """Something that one may want to know."""
        self.findings.append(Finding(Level.NOTE, what, where, hint))

    def warn(self, what: str, where: str = "", hint: str = "") -> None:
        """Something that works, and may not for long, or not for everybody."""
        self.findings.append(Finding(Level.WARNING, what, where, hint))

    def problem(self, what: str, where: str = "", hint: str = "") -> None:
        """Something that is wrong, though no command ends for it."""
        self.findings.append(Finding(Level.PROBLEM, what, where, hint))

    def failed(self, error: SesscoreError) -> None:
        """What a command would end with."""
        self.findings.append(Finding(Level.PROBLEM, error.what, error.where, error.hint, error.exit_code))


@dataclass(frozen=True)
class Asked:
    """What the sections are about.

    db: the database, where its name comes from (`variable SESSCORE_DB`), and whether that is the default. check: look
    through all of it.
    """

    db: str
    db_origin: str
    db_default: bool
    check: bool


Facts = Mapping[str, Any]
