"""Words for numbers."""


def counted(number: int, name: str, plural: str | None = None) -> str:
    """`1 event`, `2,000 events`. plural: where it is not the name with an s."""
    return f"{number:,} {name if number == 1 else plural or name + 's'}"


def readable(size: int) -> str:
    """Bytes for people: `1,024 bytes`, `12.5 MB`."""
    if size < 1_000_000:
        return f"{size:,} bytes"
    return f"{size / 1_000_000:,.1f} MB"
