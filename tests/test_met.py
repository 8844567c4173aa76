"""What a run says of the files that it met, of whatever number."""

from dataclasses import replace

from sesscore.known import SourceRow
from sesscore.met import Met

ROW = SourceRow(7, b"", "/log", 1, 2, 3, 4, "none", "s", state="read")
NOTHING = dict.fromkeys(("read", "unchanged", "alien", "unreadable", "pending"), 0)


def counts(met: Met) -> dict[str, int]:
    return {name: count for name, count in met.sources.items() if count}


def test_nothing():
    assert Met().sources == NOTHING


def test_what_was_read_stays_read():
    met = Met()
    met.read(ROW)
    met.unchanged(ROW, "/log")
    assert counts(met) == {"read": 1}


def test_a_source_that_moves_is_one():
    met = Met()
    met.read(ROW)
    met.unchanged(replace(ROW, path="/log.1"), "/log.1")
    assert counts(met) == {"read": 1}


def test_each_copy_is_a_file_of_its_own_and_counts_once():
    met = Met()
    for path in ("/copy", "/log", "/copy", "/other"):
        met.unchanged(ROW, path)
    assert counts(met) == {"unchanged": 3}
    met.unchanged(replace(ROW, path="/copy"), "/copy")
    assert counts(met) == {"unchanged": 2}, "it moved to where a copy lay"


def test_what_waits():
    met = Met()
    met.read(replace(ROW, pending_bytes=5))
    met.unchanged(replace(ROW, pending_bytes=5), "/copy")
    assert counts(met) == {"read": 1, "unchanged": 1, "pending": 2}
    met.mended(ROW)
    assert counts(met) == {"read": 1, "unchanged": 1}


def test_an_alien_that_is_mended():
    met = Met()
    met.read(replace(ROW, state="alien"))
    assert (counts(met), len(met.problems)) == ({"alien": 1}, 1)
    met.mended(ROW)
    assert (counts(met), met.problems) == ({"read": 1}, [])


def test_an_alien_is_said_once():
    """A text log lies beside every JSON log, and grows: whoever reads each hour would be told each hour."""
    met = Met()
    met.read(replace(ROW, state="alien"), was_alien=True)
    met.unchanged(replace(ROW, state="alien"), "/copy")
    assert (counts(met), met.problems) == ({"alien": 2}, [])


def test_a_file_that_can_be_read_again():
    met = Met()
    met.unreadable("/log", "may not be read", "")
    assert (counts(met), met.unreadable_paths()) == ({"unreadable": 1}, {"/log"})
    met.read(ROW)
    assert (counts(met), met.problems, met.unreadable_paths()) == ({"read": 1}, [], set())


def test_files_with_nothing_in_them():
    met = Met()
    for path in ("/a", "/b", "/a"):
        met.read(replace(ROW, source_id=None, path=path, state="reading"))
    assert counts(met) == {"read": 2}


def test_what_is_kept_of_a_source_is_a_word():
    met = Met()
    for number in range(1, 1001):
        met.read(replace(ROW, source_id=number, path=f"/{number}"))
    assert counts(met) == {"read": 1000}
    assert (len(met._words), met._copies, met._problems) == (1001, {}, {})
