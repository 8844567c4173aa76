"""An error of the disk, or a kill, at every call while a schema goes up or back, or a backup is made or restored.

    python tests/campaigns/upkeep.py --faults 100000 --folder /dev/shm

In process, through a VFS (vfs.py) and the calls of `os` that give and take names; for a kill, in a child that ends
there. A step is `CASE KIND LASTING NUMBER`: the number of the call. Whatever happens, what runs ends with an error of
sesscore, with an exit code that fits, or has done all its work. Then the schema is one that a migration leaves, with
the content it always had; a database is the old one or the new one, and a backup whole or not there. The same done
again without the fault succeeds.
"""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import apsw
from earlier_forms import FORM_NAMES, hash_by_views, load
from faults import KILLED, KINDS, LASTING, Fault, Faulty
from harness import Campaign, main, spread
from ingested import database, visit

from sesscore.contenthash import content_hash
from sesscore.errors import SesscoreError
from sesscore.identity import ANY
from sesscore.store import open_for_reading
from sesscore.structure import damage, dangling
from sesscore.upkeep.backup import backup
from sesscore.upkeep.restore import restore
from sesscore.upkeep.schema import migrate, rollback

TRIED = ("eio", "full", "busy", "cantopen", "kill")

State = tuple[str, int, tuple[Any, ...]]  # content hash, version, schema
quiet = partial(migrate, tell=lambda made: None)
quiet_back = partial(rollback, tell=lambda made: None)


@dataclass(frozen=True)
class Case:
    """prepare: makes the files in an empty folder. act: what is disturbed. allowed: states of the database afterwards.

    done: its state when all is done. other: states of another file that is there whole or not at all.
    """

    name: str
    prepare: Callable[[Path], object]
    act: Callable[[Path], object]
    allowed: tuple[State, ...]
    done: State
    other: State | None = None


def upkeep(campaign: Campaign, amount: int, kinds: Sequence[str] = TRIED) -> None:
    """Tries every fault there is of these kinds, or so many of them, evenly spaced."""
    vfs = Faulty()
    cases = {case.name: case for case in _cases(campaign.folder)}
    faults = [fault for case in cases.values() for fault in _faults(vfs, case, campaign.folder, kinds)]
    campaign.figures["calls"] = len({(fault.case, fault.number) for fault in faults if fault.kind == kinds[0]})
    wanted = {str(fault): fault for fault in (faults if campaign.only else spread(faults, amount))}
    for step in campaign.steps(wanted):
        _try(campaign, vfs, wanted[step], cases[wanted[step].case])


# What is disturbed


def _cases(folder: Path) -> Iterator[Case]:
    made = folder / "made"
    now = database(made / "now", a=[*visit("a1"), *visit("a2", 90_000), b"{"])
    then = database(made / "then", a=visit("b1"))
    chain = [state(now)]
    first = now
    while chain[-1][1] > 1:
        chain.append(state(_a_version_back(first)))
        yield Case(f"back-from-{chain[-2][1]}", _copies(first), _back, tuple(chain[-2:]), chain[-1])
        first += "-"
    backup(now, str(made / "b.db"))
    _leave_a_log(then)
    old, new = state(then), state(now)

    yield from _of_earlier_forms(made)
    yield Case("up", _copies(first), lambda at: quiet(str(at / "s.db"), backup=False), tuple(chain), new)
    yield Case("up-with-backup", _copies(first), lambda at: quiet(str(at / "s.db")), tuple(chain), new)
    yield Case(
        "backup",
        _copies(now),
        lambda at: backup(str(at / "s.db"), str(at / "b.db"), overwrite=True, full=True),
        (new,),
        new,
        new,
    )
    yield Case(
        "restore",
        _copies(then, made / "b.db"),
        lambda at: restore(str(at / "s.db"), str(at / "b.db")),
        (old, new),
        new,
        new,
    )


def _of_earlier_forms(made: Path) -> Iterator[Case]:
    """What schema 1 was before is left as it was, or is a schema that a migration leaves."""
    for name in FORM_NAMES:
        form = load(name, made / name)
        up = f"{form}-"
        shutil.copy2(form, up)
        quiet(up, backup=False)
        chain = [state(form), state(up)]
        while chain[-1][1] > 1:
            up = _a_version_back(up)
            chain.append(state(up))
        assert len({one[0] for one in chain}) == 1
        act = partial(_up, backup=name == FORM_NAMES[0])
        yield Case(name, _copies(form), act, tuple(chain), chain[1])


def _up(at: Path, *, backup: bool) -> None:
    quiet(str(at / "s.db"), backup=backup)


def _copies(db: str, *others: Path) -> Callable[[Path], object]:
    """Puts a database, and its log if it has one, into a folder, and other files beside it."""

    def prepare(at: Path) -> None:
        for side in ("", "-wal"):
            if Path(db + side).exists():
                shutil.copy2(db + side, at / f"s.db{side}")
        for other in others:
            shutil.copy2(other, at / other.name)

    return prepare


def _leave_a_log(db: str) -> None:
    """As of a writer that was killed: the last change stands in the log only. A child makes it, and does not close."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks with threads; the child starts none
        child = os.fork()
    if child == 0:
        connection = apsw.Connection(db)
        connection.pragma("wal_autocheckpoint", 0)
        connection.execute("UPDATE session SET session_id = 'from the log'")
        connection.execute("UPDATE session_day SET session_id = 'from the log'")
        os._exit(0)
    os.waitpid(child, 0)
    assert Path(f"{db}-wal").stat().st_size


def _back(at: Path) -> None:
    quiet_back(str(at / "s.db"), backup=False)


def _a_version_back(db: str) -> str:
    """A copy beside it."""
    shutil.copy2(db, f"{db}-")
    quiet_back(f"{db}-", backup=False)
    return f"{db}-"


# Trying


def _faults(vfs: Faulty, case: Case, folder: Path, kinds: Sequence[str]) -> Iterator[Fault]:
    """All there are: the calls of each kind are counted in an undisturbed run."""
    for kind in kinds:
        at = _prepared(folder, case)
        vfs.begin(Fault(case.name, kind, "once", 1 << 30))
        with vfs.watching():
            case.act(at)
        calls = vfs.calls
        vfs.begin(None)
        assert state(str(at / "s.db")) == case.done
        for lasting in LASTING if KINDS[kind].error else LASTING[:1]:
            for number in range(1, calls + 1):
                yield Fault(case.name, kind, lasting, number)


def _prepared(folder: Path, case: Case) -> Path:
    at = folder / "disturbed"
    shutil.rmtree(at, ignore_errors=True)
    at.mkdir()
    case.prepare(at)
    return at


def _try(campaign: Campaign, vfs: Faulty, fault: Fault, case: Case) -> None:
    at = _prepared(campaign.folder, case)
    problem, ended = (_outcome if KINDS[fault.kind].error else _killed)(vfs, fault, at, case)
    hit = vfs.hit
    vfs.begin(None)
    campaign.figures["faults"] += 1
    campaign.figures[ended] += 1
    problem = problem or _afterwards(at, case, whole=ended == "went on all the same")
    if problem:
        campaign.wrong(fault, f"{hit}: {problem}")


def _killed(vfs: Faulty, fault: Fault, at: Path, case: Case) -> tuple[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        vfs.begin(fault)
        with vfs.watching():
            case.act(at)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return ("" if code == KILLED else f"the child ended with {code}"), "killed"


def _outcome(vfs: Faulty, fault: Fault, at: Path, case: Case) -> tuple[str, str]:
    """What is wrong with how it ended, and how it did."""
    vfs.begin(fault)
    try:
        with vfs.watching():
            case.act(at)
    except SesscoreError as error:
        fits = error.exit_code in KINDS[fault.kind].codes
        return ("" if fits else f"exit code {error.exit_code}: {error}"), f"ended with {error.exit_code}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}", "ended with a foreign error"
    return "", "went on all the same"


def _afterwards(at: Path, case: Case, *, whole: bool) -> str:
    """What is wrong with the files after the fault, and when the same was done once more."""
    db = str(at / "s.db")
    try:
        left = state(db)
        if left not in case.allowed:
            return f"the database is neither old nor new: {left[:2]}"
        if whole and left != case.done:
            return "it was said to be done"
        if case.other and (at / "b.db").exists() and state(str(at / "b.db")) != case.other:
            return "the backup is there and not whole"
        if left != case.done or case.other:
            case.act(at)
        if state(db) != case.done:
            return "done again, it is not done"
    except Exception as error:
        return f"afterwards {type(error).__name__}: {error}"
    if os.stat(db).st_nlink != 1:
        return "the database has a second name"
    drafts = [one.name for one in at.iterdir() if ".draft" in one.name]
    return f"left lying about: {drafts}" if drafts else ""


def state(db: str) -> State:
    """What a database is, which is sound, or it is an error."""
    with open_for_reading(db, accept=ANY) as opened:
        connection = opened.connection
        assert not damage(connection)
        assert not dangling(connection)
        shape = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall()
        history = connection.execute("SELECT version, name FROM schema_history ORDER BY version").fetchall()
        parts = any(row[1] == "part" for row in shape)
        return (
            (content_hash if parts else hash_by_views)(connection),
            int(connection.pragma("user_version")),
            (*shape, *history),
        )


if __name__ == "__main__":
    sys.exit(main(upkeep, "faults", 100_000, __doc__))
