"""Names of files in order, and what waits of many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesscore import folders
from sesscore.discover import discover
from sesscore.folders import Ordered, natural_key

NAMES = st.lists(st.text(st.sampled_from("ab.10\udc80é"), min_size=1, max_size=5), max_size=40)


@pytest.mark.parametrize("run", [1, 3, 1000])
@given(names=NAMES)
def test_in_order_however_many(run, names):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(folders, "_RUN", run)
        ordered = Ordered(natural_key)
        for name in names:
            ordered.add(name)
        assert list(ordered) == sorted(names, key=natural_key)


def test_what_waits_is_no_object_each(monkeypatch):
    monkeypatch.setattr(folders, "_RUN", 10)
    ordered = Ordered(natural_key)
    for number in range(95):
        ordered.add(f"log.{number}")
    assert (len(ordered._runs), len(ordered._last)) == (9, 5)


def test_a_file_is_looked_for_when_it_is_asked_for(tmp_path):
    """A list of a million would be in memory before the first is read."""
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "log").touch()
    found = discover([str(tmp_path)])
    assert next(found).path == str(tmp_path / "a" / "log")
    (tmp_path / "b" / "later").touch()
    assert [one.path for one in found] == [str(tmp_path / "b" / name) for name in ("later", "log")]
