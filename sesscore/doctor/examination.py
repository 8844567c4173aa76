"""Goes through the sections; one that fails is a finding, and the others are asked all the same."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from sesscore.doctor.findings import Asked, Finding, Level, Section

SCHEMA: Final = "sesscore.doctor/1"
SECTIONS: Final = ("program", "machine", "settings", "database", "place", "logs")


@dataclass(frozen=True)
class Examination:
    """sections: by name; facts of one that failed are None."""

    sections: dict[str, Section | None]
    findings: list[tuple[str, Finding]]

    @property
    def verdict(self) -> Level:
        """The worst that was found."""
        return max((finding.level for _, finding in self.findings), default=Level.OK)

    @property
    def exit_code(self) -> int:
        """With which a command would end for the first problem; 0 if there is none."""
        problems = (finding.exit_code for _, finding in self.findings if finding.level is Level.PROBLEM)
        return next(problems, 0)

    def document(self) -> dict[str, Any]:
        """All of it, for programs."""
        found = [_as_dict(name, finding) for name, finding in self.findings]
        facts = {name: section and section.facts for name, section in self.sections.items()}
        return {"schema": SCHEMA, "verdict": self.verdict.name.lower(), "findings": found, **facts}


def examine(asked: Asked) -> Examination:
    """Looks at everything. Raises nothing but signals."""
    sections: dict[str, Section | None] = {}
    findings: list[tuple[str, Finding]] = []
    said = set()
    for name in SECTIONS:
        section, found = _looked(name, asked)
        sections[name] = section
        for finding in found:
            if (finding.what, finding.hint) not in said:  # a SQLite that is too old comes up more than once
                findings.append((name, finding))
            said.add((finding.what, finding.hint))
    return Examination(sections, findings)


def _looked(name: str, asked: Asked) -> tuple[Section | None, list[Finding]]:
    try:
        section: Section = import_module(f"sesscore.doctor.{name}").look(asked)
    except Exception as error:  # whatever is broken may raise whatever it likes
        what = f"this could not be looked at: {type(error).__name__}: {error}"
        return None, [Finding(Level.PROBLEM, what, name, "see what is said above it; else report it", 1)]
    return section, section.findings


def _as_dict(name: str, finding: Finding) -> dict[str, Any]:
    return {
        "section": name,
        "level": finding.level.name.lower(),
        "what": finding.what,
        "where": finding.where,
        "hint": finding.hint,
    }
