"""Brings a database of an earlier form of schema 1 to the schema of this program, in one transaction."""

from typing import Any, cast

import apsw

from sesscore.contenthash import sort_on_disk
from sesscore.errors import SesscoreError
from sesscore.legacy.evidence import in_bits
from sesscore.legacy.forms import Form, form_of
from sesscore.migrations import all_or_nothing, bring_up, refuse_damage, run_script
from sesscore.verify import checked


def settle(connection: apsw.Connection) -> Form | None:
    """Makes schema 1 of an earlier form of it, applies all migrations, and returns the form; None if it is none.

    All of it is one transaction: before the commit the file is checked, and every figure that `sesscore verify`
    compares, in today's schema. Packed rows change, so it is not enough that the tables are sound. Raises
    SesscoreError, and then nothing has changed.
    """
    sort_on_disk(connection)  # the checks sort as many rows as there are
    connection.create_scalar_function("evidence_in_bits", cast(Any, in_bits), 1, deterministic=True)
    with all_or_nothing(connection):
        form = form_of(connection)
        if form is None:
            return None
        run_script(connection, form.script)
        refuse_damage(connection, f"after step {form}")
        bring_up(connection)
        if wrong := [name for name, _, found in checked(connection) if found.count]:
            raise SesscoreError(
                f"after step {form} the figures would not agree: {', '.join(wrong)}",
                hint="read the logs into a new file: sesscore ingest PATH --db FILE",
            )
    return form
