"""Who is compared: each a whole program that reads the same log."""

import importlib.util
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from turns import Entrant, first_number, sessions_of

RIVALS = Path(__file__).resolve().parent / "rivals"

RIVAL_PACKAGES = ("duckdb", "polars", "chdb", "sqlite-utils")

Command = Callable[[str, str, int], list[str]]  # of the log, a database that does not exist, the number of cores


@dataclass(frozen=True)
class Contender:
    """needs: a module or a program without which it cannot run. stores: whether it leaves a database.

    slow: it takes so long that it may be given fewer runs than the others.
    """

    name: str
    does: str
    needs: str
    command: Command
    stores: bool = False
    slow: bool = False

    @property
    def missing(self) -> bool:
        """Whether what it needs is not installed."""
        return importlib.util.find_spec(self.needs) is None and shutil.which(self.needs) is None

    def entrant(self, log: str, cores: int, slow_runs: int) -> Entrant:
        """It, with this log on so many cores."""
        return Entrant(
            self.name,
            self.does,
            lambda database: self.command(log, database, cores),
            found=sessions_of if self is SESSCORE else first_number,
            cores=cores,
            stores=self.stores,
            most_runs=slow_runs if self.slow else None,
        )


def sesscore(*arguments: str) -> list[str]:
    """The command line of the sesscore that is installed beside this Python."""
    return [sys.executable, "-m", "sesscore", *arguments]


def ingest(database: str, *paths: str) -> list[str]:
    """The command line that reads logs into a database and says what it found as JSON."""
    return sesscore("ingest", *paths, "--db", database, "--format", "json", "--no-progress")


def rival(name: str, *arguments: object) -> list[str]:
    """The command line of a script in rivals/."""
    return [sys.executable, str(RIVALS / f"{name}.py"), *map(str, arguments)]


SESSCORE = Contender(
    "sesscore",
    "sesscore ingest: everything stored, ready to report",
    "sesscore",
    lambda log, db, cores: ingest(db, log),
    stores=True,
)

CONTENDERS = (
    SESSCORE,
    Contender(
        "sqlite-utils",
        "sqlite-utils: every field of each event and sessions stored",
        "sqlite_utils",
        lambda log, db, cores: rival("sqlite_utils_store", log, db),
        stores=True,
        slow=True,
    ),
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
        "polars-group",
        "polars: bare GROUP BY, nothing stored",
        "polars",
        lambda log, db, cores: rival("polars_group", log, cores),
    ),
    Contender(
        "chdb-group",
        "chDB (ClickHouse): bare GROUP BY, nothing stored",
        "chdb",
        lambda log, db, cores: rival("chdb_group", log, cores),
    ),
    Contender(
        "orjson-loop",
        "orjson.loads each line, no more",
        "orjson",
        lambda log, db, cores: rival("orjson_loop", log),
    ),
    Contender("wc", "wc -l: read and count newlines", "wc", lambda log, db, cores: ["wc", "-l", log]),
)
