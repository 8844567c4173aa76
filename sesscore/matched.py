"""`sesscore matchers`: the pipeline of matchers, and how many sessions each was the best of."""

from pathlib import Path
from typing import Any

from sesscore.matchers import BUILT_IN, Registry
from sesscore.queries import sql
from sesscore.render import Block, Listing, Title
from sesscore.sqlite_errors import sqlite_errors
from sesscore.store import open_for_reading

SCHEMA = "sesscore.matchers/1"
_OWN = "a function of your own"


def document(registry: Registry, db: str) -> dict[str, Any]:
    """Built-in matchers, those given and those that the database knows; its sessions, if there is one."""
    places = {one.priority: (one.name, one.looks_at) for one in BUILT_IN}
    places |= {one.priority: (one.name, _OWN) for one in registry.users}
    sessions = {}
    if Path(db).exists():
        with open_for_reading(db) as database, sqlite_errors(database.path):
            for priority, name, count in database.connection.execute(sql("session/by_matcher")):
                places.setdefault(priority, (name, _OWN))
                sessions[priority] = count
    listed = [
        {"priority": priority, "matcher": name, "looks_at": looks_at, "sessions": sessions.get(priority, 0)}
        for priority, (name, looks_at) in sorted(places.items())
    ]
    return {"schema": SCHEMA, "matchers": listed}


def page(told: dict[str, Any]) -> list[Block]:
    """The same for people."""
    columns = ("priority", "matcher", "looks_at", "sessions")
    listed = [tuple(one[column] for column in columns) for one in told["matchers"]]
    return [
        Title("sesscore matchers", "the first that finds a usable id names the session"),
        Listing("Matchers", ("priority", "matcher", "looks at", "sessions"), listed, whole="looks at"),
    ]
