"""The rows of a fold as tables of a connection: the module that folds is a loadable extension of SQLite, too."""

from weakref import WeakKeyDictionary

import apsw

from sesscore import _fold
from sesscore.errors import SesscoreError

_shown: WeakKeyDictionary[apsw.Connection, _fold.RowTables] = WeakKeyDictionary()


def row_tables(connection: apsw.Connection) -> _fold.RowTables:
    """The tables `folded_…` of a connection (sql/store/ reads them). Raises SesscoreError."""
    if connection not in _shown:
        tables = _fold.RowTables()
        _load(connection)
        tables.show(connection.sqlite3_pointer())
        _shown[connection] = tables
    return _shown[connection]


def _load(connection: apsw.Connection) -> None:
    """Loading is allowed for this one call, and never to SQL."""
    connection.enable_load_extension(True)
    try:
        connection.load_extension(_fold.__file__, "sqlite3_sesscore_init")
    except apsw.ExtensionLoadingError as error:
        raise SesscoreError(
            f"this SQLite cannot load extensions: {error}",
            hint="install apsw from PyPI: pip install --force-reinstall apsw",
        ) from error
    finally:
        connection.enable_load_extension(False)
