"""The texts that were stored last, remembered by the next run, so that they are not stored again."""

from typing import Final

import apsw

from sesscore._fold import TextDictionary
from sesscore.queries import sql

TEXTS_WARMED: Final = 32_768
BYTES_WARMED: Final = 8 * 1024 * 1024


def warm(texts: TextDictionary, connection: apsw.Connection) -> None:
    """Lets a dictionary know them. Raises apsw.Error."""
    size = 0
    for text_id, value in connection.execute(sql("store/recent_texts"), {"count": TEXTS_WARMED}):
        texts.warm(text_id, value)
        size += len(value)
        if size > BYTES_WARMED:
            break
