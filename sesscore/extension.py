"""What our compiled modules add to a connection: they are loadable extensions of SQLite, too."""

from weakref import WeakKeyDictionary

import apsw

from sesscore import _fold
from sesscore.errors import SesscoreError
from sesscore.queries import sql

MOST_TOTALS = 1 << 20  # some 80 MB

_shown: WeakKeyDictionary[apsw.Connection, _fold.RowTables] = WeakKeyDictionary()


def row_tables(connection: apsw.Connection) -> _fold.RowTables:
    """The rows of a fold as tables `folded_…` of a connection (sql/store/ reads them). Raises SesscoreError."""
    if connection not in _shown:
        tables = _fold.RowTables()
        _load(connection, _fold.__file__)
        tables.show(connection.sqlite3_pointer())
        _shown[connection] = tables
    return _shown[connection]


def functions(connection: apsw.Connection) -> None:
    """All functions that statements may use. Raises SesscoreError."""
    value_totals(connection)
    packed_event(connection)


def value_totals(connection: apsw.Connection, most: int = MOST_TOTALS) -> None:
    """The table-valued function `value_totals` on a connection (docs/design.md, "Roll-ups"). Raises SesscoreError.

    most: how many totals it holds at once, MOST_TOTALS at the most.
    """
    from sesscore import _totals  # late: ingest asks for none

    _load(connection, _totals.__file__)
    days, values, texts = (sql(f"totals/{name}") for name in ("days", "values", "texts"))
    _totals.show_totals(connection.sqlite3_pointer(), days, values, texts, most)


def packed_event(connection: apsw.Connection) -> None:
    """The table-valued function `packed_event` on a connection (docs/design.md, "Roll-ups"). Raises SesscoreError."""
    from sesscore import _packed  # late, like the other

    _load(connection, _packed.__file__)
    _packed.show_events(connection.sqlite3_pointer())


def _load(connection: apsw.Connection, module: str) -> None:
    """Loading is allowed for this one call, and never to SQL."""
    connection.enable_load_extension(True)
    try:
        connection.load_extension(module, "sqlite3_sesscore_init")
    except apsw.ExtensionLoadingError as error:
        raise SesscoreError(
            f"this SQLite cannot load extensions: {error}",
            hint="install apsw from PyPI: pip install --force-reinstall apsw",
        ) from error
    finally:
        connection.enable_load_extension(False)
