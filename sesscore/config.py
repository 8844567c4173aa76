"""The configuration file: which one is read. What may stand in it is for `sesscore.config_tables`."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from sesscore.config_tables import Configuration, Tables
from sesscore.errors import UsageError

SYSTEM_FILE: Final = "/etc/sesscore/config.toml"


def load(given: str | None, program: click.Group) -> Configuration:
    """What the file `given` says, else the user's own one, else the machine's; one of them, never a mixture.

    That neither of the latter exists is no error. Raises UsageError: the file cannot be read, is no TOML, or says
    something that no option takes.
    """
    for path in [given] if given else _default_files():
        try:
            data = Path(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            if given:
                raise _unreadable(path, error) from error
        except OSError as error:
            raise _unreadable(path, error) from error
        else:
            return replace(Tables(path, program).read(_parsed(data, path)), path=path)
    return Configuration()


def _default_files() -> Iterator[str]:
    from platformdirs import user_config_path

    folder = user_config_path("sesscore", appauthor=False)
    if folder.is_absolute():  # a user without a home has none; what lies in the working directory is never read
        yield str(folder / "config.toml")
    yield SYSTEM_FILE


def _unreadable(path: str, error: OSError) -> UsageError:
    hint = "sesscore --config FILE …, with another one; /dev/null stands for none"
    return UsageError(f"the configuration cannot be read: {error.strerror}", where=path, hint=hint)


def _parsed(data: bytes, path: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"the configuration is not UTF-8 (at line {line})", where=path, hint="save it so") from error
    except tomllib.TOMLDecodeError as error:
        hint = "mend it there; docs/operations.md has an example"
        raise UsageError(f"the configuration is no TOML: {error}", where=path, hint=hint) from error
