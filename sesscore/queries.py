"""The only reader of `sql/`: every statement has a file, and its header comment says what it answers."""

from functools import cache
from importlib.resources import files

_ROOT = files("sesscore.sql")


@cache
def sql(name: str) -> str:
    """The text of `sql/<name>.sql`, e.g. `sql("reports/summary/totals")`."""
    return _ROOT.joinpath(f"{name}.sql").read_text("utf-8")


def names(folder: str) -> list[str]:
    """The names, without `.sql`, of the statements in a folder of `sql/`, sorted."""
    entries = (entry.name for entry in _ROOT.joinpath(folder).iterdir())
    return sorted(name.removesuffix(".sql") for name in entries if name.endswith(".sql"))
