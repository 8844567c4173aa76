"""Who is compared: each a whole program that reads the same log."""

import importlib.util
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RIVALS = Path(__file__).resolve().parent / "rivals"

Command = Callable[[str, str, int], list[str]]  # of the log, a database that does not exist, the number of cores


@dataclass(frozen=True)
class Contender:
    """needs: a module or a program without which it cannot run. stores: whether it leaves a database."""

    name: str
    does: str
    needs: str
    command: Command
    stores: bool = False

    @property
    def missing(self) -> bool:
        """Whether what it needs is not installed."""
        return importlib.util.find_spec(self.needs) is None and shutil.which(self.needs) is None


def sesscore(*arguments: str) -> list[str]:
    """The command line of the sesscore that is installed beside this Python."""
    return [sys.executable, "-m", "sesscore", *arguments]


def rival(name: str, *arguments: object) -> list[str]:
    """The command line of a script in rivals/."""
    return [sys.executable, str(RIVALS / f"{name}.py"), *map(str, arguments)]


SESSCORE = Contender(
    "sesscore",
    "sesscore ingest: everything stored, ready to report",
    "sesscore",
    lambda log, db, cores: sesscore("ingest", log, "--db", db, "--format", "json", "--no-progress"),
    stores=True,
)

CONTENDERS = (
    SESSCORE,
    Contender(
        "orjson-sqlite3",
        "orjson + sqlite3 + GROUP BY: events and sessions stored",
        "orjson",
        lambda log, db, cores: rival("orjson_sqlite3", log, db),
        stores=True,
    ),
    Contender(
        "duckdb-store",
        "DuckDB: events and sessions stored",
        "duckdb",
        lambda log, db, cores: rival("duckdb_store", log, db, cores),
        stores=True,
    ),
    Contender(
        "duckdb-group",
        "DuckDB: bare GROUP BY, nothing stored",
        "duckdb",
        lambda log, db, cores: rival("duckdb_group", log, cores),
    ),
    Contender(
        "duckdb-group-1",
        "the same in one thread",
        "duckdb",
        lambda log, db, cores: rival("duckdb_group", log, 1),
    ),
    Contender(
        "orjson-loop",
        "orjson.loads each line, no more",
        "orjson",
        lambda log, db, cores: rival("orjson_loop", log),
    ),
    Contender("wc", "wc -l: read and count newlines", "wc", lambda log, db, cores: ["wc", "-l", log]),
)
