"""The interface of SQLite that `_ext/sqlite.pxd` writes down, and the rows that go through it."""

import re
import shutil
import subprocess
from pathlib import Path

import apsw
import pytest

from sesscore._fold import Folder, RowTables
from sesscore.extension import row_tables

PLACES = Path(__file__).parent.parent / "_ext" / "sqlite.pxd"
NAMES = {
    "SC_BIND_INT64": "bind_int64",
    "SC_BIND_NULL": "bind_null",
    "SC_COLUMN_INT64": "column_int64",
    "SC_DECLARE_VTAB": "declare_vtab",
    "SC_ERRMSG": "errmsg",
    "SC_FINALIZE": "finalize",
    "SC_MPRINTF": "mprintf",
    "SC_RESET": "reset",
    "SC_RESULT_BLOB": "result_blob",
    "SC_RESULT_INT64": "result_int64",
    "SC_RESULT_NULL": "result_null",
    "SC_RESULT_TEXT": "result_text",
    "SC_STEP": "step",
    "SC_VALUE_BLOB": "value_blob",
    "SC_VALUE_BYTES": "value_bytes",
    "SC_RESULT_ERROR_CODE": "result_error_code",
    "SC_CREATE_FUNCTION_V2": "create_function_v2",
    "SC_TOTAL_CHANGES": "total_changes",
    "SC_USER_DATA": "user_data",
    "SC_FILE_CONTROL": "file_control",
    "SC_VALUE_INT64": "value_int64",
    "SC_VALUE_TYPE": "value_type",
    "SC_PREPARE_V2": "prepare_v2",
    "SC_CREATE_MODULE_V2": "create_module_v2",
    "SC_VTAB_CONFIG": "vtab_config",
}


@pytest.mark.skipif(
    shutil.which("gcc") is None or not Path("/usr/include/sqlite3ext.h").exists(),
    reason="needs gcc and SQLite's own header (Debian: libsqlite3-dev)",
)
def test_the_places_of_routines_are_those_of_the_header(tmp_path):
    written = {name: int(place) for name, place in re.findall(r"(SC_[A-Z0-9_]+) = (\d+)", PLACES.read_text())}
    source = tmp_path / "places.c"
    asked = "".join(
        f'printf("{ours} %zu\\n", offsetof(struct sqlite3_api_routines, {theirs}) / sizeof(void *));\n'
        for ours, theirs in NAMES.items()
    )
    source.write_text(
        "#include <stddef.h>\n#include <stdio.h>\n#include <sqlite3ext.h>\nint main(void) {\n" + asked + "return 0; }\n"
    )
    subprocess.run(["gcc", "-o", tmp_path / "places", source], check=True)
    told = subprocess.run([tmp_path / "places"], check=True, capture_output=True, text=True).stdout
    assert {name: int(place) for name, place in map(str.split, told.splitlines())} == {
        name: written[name] for name in NAMES
    }


def test_tables_are_shown_once_a_connection():
    """Statements that were prepared would go on reading the rows that were shown first."""
    connection = apsw.Connection(":memory:")
    assert row_tables(connection) is row_tables(connection)
    assert row_tables(apsw.Connection(":memory:")) is not row_tables(connection)


def test_rows_are_seen_after_a_flip_and_gone_when_they_are_cleared():
    connection = apsw.Connection(":memory:")
    folder = Folder(0, 0, row_tables(connection))
    ask = "SELECT text_id, value FROM folded_text"
    assert folder.text_id("first") == 1
    assert connection.execute(ask).fetchall() == []
    folder.flip()
    assert folder.text_id("second") == 2
    assert folder.tables.waiting() == ["folded_text"]
    assert connection.execute(ask).fetchall() == [(1, "first")]
    with pytest.raises(RuntimeError, match="not stored"):
        folder.flip()
    folder.tables.clear()
    folder.flip()
    assert connection.execute(ask).fetchall() == [(2, "second")]


@pytest.mark.parametrize("text", ["", "\0", "a\0b", "\U0001f600", "x" * 100_000])
def test_any_text_arrives_whole(text):
    connection = apsw.Connection(":memory:")
    folder = Folder(0, 0, row_tables(connection))
    folder.text_id(text)
    folder.flip()
    assert connection.execute("SELECT value, typeof(value) FROM folded_text").fetchall() == [(text, "text")]


def test_a_connection_outlives_the_folder():
    """The rows belong to both."""
    connection = apsw.Connection(":memory:")
    folder = Folder(0, 0, row_tables(connection))
    folder.text_id("kept")
    folder.flip()
    del folder
    assert connection.execute("SELECT value FROM folded_text").get == "kept"
    connection.close()


def test_a_folder_outlives_the_connection():
    connection = apsw.Connection(":memory:")
    folder = Folder(0, 0, row_tables(connection))
    connection.close()
    folder.text_id("kept")
    folder.flip()
    assert folder.tables.waiting() == ["folded_text"]


def test_views_of_a_database_cannot_read_them():
    """A database may come from elsewhere."""
    connection = apsw.Connection(":memory:")
    folder = Folder(0, 0, row_tables(connection))
    folder.text_id("not for views")
    folder.flip()
    connection.execute("CREATE VIEW v AS SELECT * FROM folded_text")
    with pytest.raises(apsw.SQLError, match="unsafe use"):
        connection.execute("SELECT * FROM v")


def test_tables_that_no_connection_shows():
    tables = RowTables()
    with pytest.raises(TypeError):
        tables.show(None)  # type: ignore[arg-type] - what is no address
    assert tables.waiting() == []
