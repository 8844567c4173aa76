"""Where every record went: lines = events + duplicates + sessionless + quarantined + blank."""

from dataclasses import asdict, dataclass


@dataclass
class Ledger:
    """Records by fate, of a source or of all."""

    lines: int = 0
    events: int = 0
    duplicates: int = 0
    sessionless: int = 0
    quarantined: int = 0
    blank: int = 0

    def take(self, other: "Ledger") -> None:
        """Takes those of another away."""
        self.add(Ledger(*(-records for records in other.as_dict().values())))

    def add(self, other: "Ledger") -> None:
        """Adds the records of another ledger."""
        self.lines += other.lines
        self.events += other.events
        self.duplicates += other.duplicates
        self.sessionless += other.sessionless
        self.quarantined += other.quarantined
        self.blank += other.blank

    @property
    def balanced(self) -> bool:
        """Whether the fates add up to the records."""
        return self.lines == self.events + self.duplicates + self.sessionless + self.quarantined + self.blank

    @property
    def alien(self) -> bool:
        """Bad records and no event: this is no log."""
        return self.quarantined > 0 and self.events + self.duplicates + self.sessionless == 0

    def as_dict(self) -> dict[str, int]:
        """For JSON."""
        return asdict(self)
