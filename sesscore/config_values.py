"""A value of the configuration file: whether it is one that its option takes."""

import os
from dataclasses import dataclass
from typing import Any

import click

from sesscore.commands.options import MatcherReference
from sesscore.errors import UsageError


@dataclass(frozen=True)
class Where:
    """A place in the file. table: its heading; none: the top."""

    path: str
    table: str = ""

    def within(self, table: str) -> "Where":
        """A table of the file."""
        return Where(self.path, table)

    def wrong(self, what: str, hint: str) -> UsageError:
        """To be raised: what is wrong there."""
        return UsageError(what, where=f"{self.path}, {self.table}" if self.table else self.path, hint=hint)

    def located(self, name: str) -> str:
        """The name of a file that stands there: a relative one is meant from the folder of the configuration."""
        if name == "-":  # standard input or output
            return name
        folder = os.path.dirname(os.path.abspath(self.path))  # noqa: PTH100, PTH120 - pathlib would tidy the name
        return os.path.join(folder, os.path.expanduser(name))  # noqa: PTH111, PTH118


@dataclass(frozen=True)
class Value:
    """What an option is set to."""

    option: click.Option
    key: str
    where: Where

    def read(self, told: Any) -> Any:
        """The value as click's own conversion takes it. Raises UsageError."""
        value = [self._one(one) for one in self._array(told)] if self.option.multiple else self._one(told)
        try:
            self.option.type_cast_value(click.Context(click.Command(None)), value)
        except click.UsageError as error:
            hint = f"{self.key} = …, with a value that --{self.key} takes"
            raise self.where.wrong(f"`{self.key}`: {error.message}", hint) from error
        except UsageError as error:  # of an option whose texts have a reader of their own
            raise self.where.wrong(f"`{self.key}`: {error.what}", error.hint) from error
        return value

    def _array(self, told: Any) -> list[Any]:
        if isinstance(told, list):
            return told
        raise self.where.wrong(f"`{self.key}` is not an array", f'{self.key} = ["…"]')

    def _one(self, told: Any) -> Any:
        kinds, kind, example = _kind(self.option)
        if type(told) not in kinds:
            raise self.where.wrong(f"`{self.key}` is not {kind}", f"{self.key} = {example}")
        if not isinstance(told, str):
            return told
        if "\0" in told:
            raise self.where.wrong(f"`{self.key}` has a NUL in it", "leave it out")
        return self.where.located(told) if self._names_file(told) else told

    def _names_file(self, told: str) -> bool:
        kind = self.option.type
        return isinstance(kind, click.Path) or (isinstance(kind, MatcherReference) and kind.is_file(told))


def _kind(option: click.Option) -> tuple[tuple[type, ...], str, str]:
    """Which values of TOML an option takes, what that is called, and an example."""
    if option.is_flag:
        return (bool,), "true or false", "true"
    if isinstance(option.type, click.types.IntParamType):
        return (int,), "a whole number", "10"
    if isinstance(option.type, click.types.FloatParamType):
        return (int, float), "a number", "0.5"
    return (str,), "a text in quotes", '"…"'
