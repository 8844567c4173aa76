"""The forms that schema 1 had before it was settled: how they are known, and what makes schema 1 of each.

All have version 1. Those that are not listed, which were before them, lack what nothing can give back
(docs/design.md, "Earlier forms").
"""

from dataclasses import dataclass
from hashlib import sha256

import apsw
import orjson

from sesscore.errors import SchemaMismatch
from sesscore.migrations import MIGRATIONS, schema_version
from sesscore.queries import sql
from sesscore.shape import Shape, expected, shape_of


@dataclass(frozen=True)
class Form:
    """digest: of its tables, indexes and views. sessions: the file that brings over sessions and their parts."""

    name: str
    digest: str
    sessions: str

    def __str__(self) -> str:
        """The name of the step."""
        return f"{MIGRATIONS[0]}_of_{self.name}"

    @property
    def script(self) -> str:
        """What makes schema 1 of it."""
        return "\n".join([_legacy("aside"), MIGRATIONS[0].script, *map(_legacy, ("rows", self.sessions, "gone"))])


def _legacy(name: str) -> str:
    return sql(f"migrations/legacy/{name}")


FORMS = (
    Form("before_first_parts", "75f4e21358f18904bde2b7a051e62522", "sessions_without_parts"),
    Form("before_first_sources", "45bb8260ce1793657d57d188a33606e6", "sessions_with_parts"),
)


def form_of(connection: apsw.Connection) -> Form | None:
    """The form that a database has, None if it has none of them."""
    if schema_version(connection) != 1:
        return None
    names = expected(1).keys()
    found = digest({name: statement for name, statement in shape_of(connection).items() if name in names})
    return next((form for form in FORMS if form.digest == found), None)


def digest(shape: Shape) -> str:
    """Of all statements that made something."""
    return sha256(orjson.dumps(sorted(shape.items()))).hexdigest()[:32]


def refuse_additions(connection: apsw.Connection) -> None:
    """All tables are made anew, and what hangs on the old ones would go with them."""
    names = expected(1).keys()
    for kind, name in shape_of(connection):
        if (kind, name) not in names and not name.startswith("sqlite_"):
            raise SchemaMismatch(
                f"{kind} {name} was added to a form of schema 1 that is made anew",
                hint="take it away, and make it again afterwards",
            )
