"""`sesscore db`: what operators do to a database as a whole."""

import functools
import shlex
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from sesscore.commands import options
from sesscore.commands.telemetry import Telemetry, telemetry
from sesscore.outlet import write
from sesscore.output import on_terminal
from sesscore.safetext import safe
from sesscore.wording import counted

if TYPE_CHECKING:
    from sesscore.upkeep.schema import Change, Plan


@click.group()
def db() -> None:
    """Look after a database: schema, backups, damage, size."""


_backup_first = click.option("--no-backup", is_flag=True, help="Make no backup before.")
_dry_run = click.option(
    "--dry-run", is_flag=True, help="Print what would be done, and how long it may take; do nothing."
)
_full = click.option(
    "--full", is_flag=True, help="Compare the content hash of the copy too: all sessions are read twice."
)


def _json(document: dict[str, Any]) -> None:
    from sesscore.render import to_json

    write(to_json(document))


def _say(text: str) -> None:
    click.echo(safe(text), err=True)


# Looking


@db.command()
@options.database
@options.format_("text", "json")
@options.debug
def info(db: str | None, format: str) -> None:
    """Print size, schema, counts, the last commit and who writes."""
    from sesscore.render import to_page
    from sesscore.upkeep.info import document, page

    told = document(options.database_path(db))
    if format == "json":
        _json(told)
    else:
        write(to_page(page(told), colour=on_terminal(), encoding=sys.stdout.encoding))


@db.command()
@options.database
@options.format_("text", "json")
@telemetry
@options.debug
def check(db: str | None, format: str, telemetry: Telemetry) -> None:
    """Check that the file is whole and its ledgers balance; verify checks every figure.

    Exit code 1: damaged. Exit code 3: the file is whole, but figures do not agree.
    """
    from sesscore.upkeep.check import check as run
    from sesscore.upkeep.check import verdict

    path = options.database_path(db)
    with telemetry.watching("db check", path) as watched:
        told = run(path, watched)
    if format == "json":
        _json(told)
    if error := verdict(told):
        raise error
    if format == "text":
        _say(f"{path}: whole" + ("" if told["balanced"] is None else ", and its figures agree"))


# The schema


@db.command()
@options.database
@_dry_run
@_backup_first
@options.format_("text", "json")
@telemetry
@options.debug
def migrate(db: str | None, dry_run: bool, no_backup: bool, format: str, telemetry: Telemetry) -> None:
    """Bring the database to the schema of this version, after a backup.

    Each step is one transaction. The estimated time is that of a disk that reads or writes 50 MB a second, which
    goes over the database twice for the backup and twice for each step.
    """
    from sesscore.upkeep.schema import migrate as run
    from sesscore.upkeep.schema import plan_up

    path = options.database_path(db)
    with telemetry.watching("db migrate", path) as watched:
        run = functools.partial(run, run=watched)
        _change(path, plan_up, run, dry=dry_run, backup=not no_backup, form=format)


@db.command()
@options.database
@_dry_run
@_backup_first
@options.format_("text", "json")
@telemetry
@options.debug
def rollback(db: str | None, dry_run: bool, no_backup: bool, format: str, telemetry: Telemetry) -> None:
    """Take back the last migration, for the version of sesscore before; all data is kept."""
    from sesscore.upkeep.schema import plan_back
    from sesscore.upkeep.schema import rollback as run

    path = options.database_path(db)
    with telemetry.watching("db rollback", path) as watched:
        run = functools.partial(run, run=watched)
        _change(path, plan_back, run, dry=dry_run, backup=not no_backup, form=format)


def _change(db: str, plan: "Plan", run: Callable[..., "Change"], *, dry: bool, backup: bool, form: str) -> None:
    from sesscore.upkeep.backup import restore_command
    from sesscore.upkeep.schema import dry_run

    def tell(made: str) -> None:
        _say(f"backup: {made}")
        _say(f"  to bring it back: {restore_command(made, db)}")

    change = dry_run(db, plan, backup=backup) if dry else run(db, backup=backup, tell=tell)
    if form == "json":
        _json(change.as_dict())
    elif not change.steps:
        _say(f"{db}: schema {change.before}, nothing to do")
    elif dry:
        _show(db, change)
    else:
        _tell_done(db, change)


def _show(db: str, change: "Change") -> None:
    for step in change.steps:
        write("".join(f"{line}\n" for line in (f"-- {step.name}", *step.statements)).encode())
    _say(f"{db}: schema {change.before} would become {change.after}, in about {change.estimated_seconds} s")


def _tell_done(db: str, change: "Change") -> None:
    from sesscore.migrations import SCHEMA_VERSION

    _say(f"{db}: schema {change.before} is now {change.after}")
    if change.after < SCHEMA_VERSION:
        _say(f"  it is for the version of sesscore before; this one needs {SCHEMA_VERSION}: sesscore db migrate")


@db.command()
@click.argument("name", required=False, type=click.Choice(("datagen24", "jslagrew")))
@click.option("--remove", is_flag=True, help="Take the views away.")
@options.database
@options.format_("text", "json")
@options.debug
def compat(name: str | None, remove: bool, db: str | None, format: str) -> None:
    """Make views with the names of an older tool's tables, in place of those of another.

    NAME: whose. Without it: say which are there. docs/interop.md has their columns.
    """
    from sesscore.errors import UsageError
    from sesscore.upkeep.compat import change, look

    if remove and name:
        raise UsageError("--remove takes away the views that are there, whichever they are", hint="leave NAME out")
    path = options.database_path(db)
    told = change(path, name) if name or remove else look(path)
    if format == "json":
        _json(told.as_dict())
        return
    _say(f"{path}: " + (f"{told.set}: {', '.join(told.views)}" if told.set else "no views of older tools"))


@db.command()
@options.database
@options.debug
def datasette(db: str | None) -> None:
    """Print metadata for Datasette: what tables and columns mean, and some queries.

    For its option -m, with a file that ends in .json.
    """
    from sesscore.upkeep.datasette import metadata

    _json(metadata(options.database_path(db)))


# Copies


@db.command()
@click.argument("file", type=options.FILE)
@options.database
@click.option("--force", is_flag=True, help="Replace FILE if it is there; it keeps its mode and group.")
@_full
@options.format_("text", "json")
@telemetry
@options.debug
def backup(file: str, db: str | None, force: bool, full: bool, format: str, telemetry: Telemetry) -> None:
    """Copy the database to FILE, as it is at one moment, also while ingest runs; the copy is checked."""
    from sesscore.upkeep.backup import backup as run
    from sesscore.wording import readable

    path = options.database_path(db)
    with telemetry.watching("db backup", path) as watched:
        made = run(path, file, overwrite=force, full=full, run=watched)
    if format == "json":
        _json(made.as_dict())
        return
    _say(f"{file}: {counted(made.sessions, 'session')}, {readable(made.bytes)}, checked{_hash(made.content_hash)}")


@db.command()
@click.argument("file", type=options.FILE)
@options.database
@_full
@options.format_("text", "json")
@telemetry
@options.debug
def restore(file: str, db: str | None, full: bool, format: str, telemetry: Telemetry) -> None:
    """Put the backup FILE in the place of the database, which is kept beside it under another name."""
    from sesscore.migrations import SCHEMA_VERSION
    from sesscore.upkeep.restore import restore as run

    path = options.database_path(db, make_folder=True)
    with telemetry.watching("db restore", path) as watched:
        restored = run(path, file, full=full, run=watched)
    if format == "json":
        _json(restored.as_dict())
        return
    _say(f"{path}: {counted(restored.sessions, 'session')}, checked{_hash(restored.content_hash)}")
    if restored.replaced:
        _say(f"  what was there before: {restored.replaced}")
    if restored.schema_version < SCHEMA_VERSION:
        _say(f"  it has an older schema; next: sesscore db migrate --db {shlex.quote(path)}")


def _hash(content_hash: str | None) -> str:
    return f", content hash {content_hash}" if content_hash else ""


# Size


@db.command()
@options.database
@click.option("--vacuum", is_flag=True, help="Write the database anew, without free pages.")
@options.format_("text", "json")
@telemetry
@options.debug
def optimize(db: str | None, vacuum: bool, format: str, telemetry: Telemetry) -> None:
    """Fold the log into the database and take away what ANALYZE of other programs has left."""
    from sesscore.upkeep.optimize import optimize as run
    from sesscore.wording import readable

    path = options.database_path(db)
    with telemetry.watching("db optimize", path) as watched:
        done = run(path, vacuum=vacuum, run=watched)
    if format == "json":
        _json(done.as_dict())
        return
    kept = ", which a report has open" if done.log_kept else ""
    _say(
        f"{path}: {readable(done.bytes_after)} after {readable(done.bytes_before)}, "
        f"log {readable(done.log_bytes_after)}{kept}"
    )
