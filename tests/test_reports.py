"""`report summary` on a database that was filled by hand, and what holds for all reports."""

import json

import pytest
from filled import DAY_US, HOSTILE, fill
from hypothesis import given
from hypothesis import strategies as st
from ingested import database as made_of
from ingested import did

from sesscore.errors import UsageError
from sesscore.formats import Look, pieces
from sesscore.formats.table import page
from sesscore.queries import sql
from sesscore.render import PAGE, Listing, bare, moment, to_page
from sesscore.report.document import Column, Document, Table
from sesscore.report.period import Period
from sesscore.report.registry import report, shipped
from sesscore.report.snapshot import Snapshot, bindings, made
from sesscore.report.statement import BOUND
from sesscore.report.values import Kind
from sesscore.safetext import width
from sesscore.snapshot import one_state
from sesscore.store import open_for_reading, open_for_writing

SUMMARY = report("summary")


def printed(connection, format="json", period=Period(), sensor=None, look=Look(), **options):  # noqa: B008
    """The bytes of the summary."""
    with one_state(connection):
        return b"".join(pieces(made(Snapshot(connection, SUMMARY, period, sensor, options)), format, look))


def asked(connection, *bounds, sensor=None, **options):
    return json.loads(printed(connection, "json", Period(*bounds), sensor, **options))


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("filled") / "s.db")


@pytest.fixture
def connection(filled):
    with open_for_reading(filled) as database:
        yield database.connection


@pytest.fixture
def figures(connection):
    return asked(connection)


def test_totals(figures):
    assert figures["schema"] == "sesscore.report.summary/1"
    assert figures["totals"] == {
        "events": 30,
        "sessions": 8,
        "sensors": 2,
        "sources": 2,
        "alien_sources": 1,
        "login_failed": 7,
        "login_success": 3,
        "commands": 5,  # under two ids of one text
        "downloads": 5,
        "uploads": 4,
    }
    assert figures["matchers"] == {"full_delimited": 5, "session_id_only": 2, "event_session": 1}


def test_the_ledger_is_of_all_sources_and_balances(figures):
    ledger = figures["ledger"]
    assert list(ledger) == ["lines", "events", "duplicates", "sessionless", "quarantined", "blank"]
    assert ledger["lines"] == 42 == sum(ledger.values()) - ledger["lines"]
    assert figures["quarantine"] == [{"reason": "json", "records": 7}, {"reason": "no_time", "records": 1}]


def test_times(figures):
    assert figures["first_event"] == "1970-01-01T00:00:00.000001Z"
    assert figures["last_event"] == "1970-01-02T00:00:02.500000Z"


def test_values_are_grouped_by_value_not_by_id(figures):
    assert figures["top_sources"] == [{"src_ip": "10.0.0.1", "sessions": 4}, {"src_ip": "10.0.0.2", "sessions": 3}]
    assert figures["top_credentials"][0] == {"username": "root", "password": "123456", "failed": 4, "succeeded": 2}
    assert figures["top_commands"] == [{"command": "uname -a", "count": 3}, {"command": HOSTILE, "count": 2}]


def test_what_is_not_listed_takes_no_place_in_a_list(tmp_path):
    """Sessions without an address, and commands without a text, however many there are."""
    addresses = {"aa": ("id", "192.0.2.1"), "ab": ("id", "192.0.2.1"), "ac": ("w", "192.0.2.2")}
    named = [did(name, 0, "command.input", input=text, src_ip=ip) for name, (text, ip) in addresses.items()]
    nameless = [did(f"b{i}", i, "command.input") for i in range(3)]
    with open_for_reading(made_of(tmp_path, a=[*named, *nameless])) as database:
        figures = asked(database.connection, top=1)
    assert figures["top_sources"] == [{"src_ip": "192.0.2.1", "sessions": 2}]
    assert figures["top_commands"] == [{"command": "id", "count": 2}]


def test_absent_is_null_and_empty_is_empty(figures):
    assert figures["top_credentials"][1:] == [
        {"username": "admin", "password": "", "failed": 3, "succeeded": 0},
        {"username": "admin", "password": None, "failed": 0, "succeeded": 1},
    ]
    assert figures["protocols"][-1] == {"protocol": None, "sessions": 1}


def test_artifacts_without_content_are_counted_apart(figures):
    assert figures["downloads"] == [
        {"shasum": "aa" * 32, "url": "http://evil/b", "count": 4},
        {"shasum": None, "url": "http://evil/a", "count": 1},
        {"shasum": "bb" * 32, "url": None, "count": 1},
    ]
    assert figures["empty_artifacts"] == {"downloads": 1, "uploads": 2}


def test_sensors(figures):
    assert figures["sensors"] == [
        {"sensor": "alpha", "sessions": 4, "events": 13},
        {"sensor": "beta", "sessions": 4, "events": 17},
    ]


def test_one_sensor(connection):
    figures = asked(connection, sensor="alpha")
    assert figures["totals"]["events"] == 13
    assert figures["totals"]["sessions"] == 4
    assert figures["totals"]["sensors"] == 1
    assert figures["top_commands"] == []
    assert figures["top_credentials"][0]["succeeded"] == 0
    nobody = asked(connection, sensor="never heard of")
    assert (nobody["totals"]["events"], nobody["first_event"]) == (0, None)


def test_days_add_up(connection):
    whole, first, second = (asked(connection, *bounds) for bounds in ((), (None, DAY_US), (DAY_US, 2 * DAY_US)))
    for name in ("events", "sessions", "login_failed", "commands", "downloads", "uploads"):
        assert whole["totals"][name] == first["totals"][name] + second["totals"][name] > 0
    assert first["last_event"] < second["first_event"]
    assert asked(connection, 9 * DAY_US)["totals"]["events"] == 0


def test_an_empty_database(tmp_path):
    open_for_writing(tmp_path / "s.db").close()
    with open_for_reading(tmp_path / "s.db") as database:
        figures = asked(database.connection)
        page = printed(database.connection, "table").decode()
    assert figures["totals"]["events"] == figures["ledger"]["lines"] == 0
    assert figures["first_event"] is None
    assert "no events" in page


def test_top_lists_read_only_their_kind_and_their_texts(connection):
    def plan(name, parameters):
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql(name)}", parameters)]

    assert "SEARCH rollup_value USING PRIMARY KEY (day=? AND kind>? AND kind<?)" in plan("totals/values", [None] * 4)
    assert "SEARCH main.text USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in plan("totals/texts", [None] * 2)
    for name in ("top_sources", "top_credentials", "top_commands", "client_versions", "downloads", "empty_artifacts"):
        steps = plan(f"reports/summary/{name}", {**bindings(connection, Period(), None), "top": 1})
        assert [step for step in steps if step.startswith("SCAN v VIRTUAL TABLE")], (name, steps)
        assert not [step for step in steps if "rollup" in step], (name, steps)


@pytest.mark.parametrize("name", shipped())
def test_every_statement_says_what_it_answers_and_which_columns(name):
    for statement in report(name).statements:
        assert statement.answers, statement.where
        assert statement.columns, statement.where
        own = {parameter.name for parameter in statement.parameters}
        assert not own & BOUND
        if not report(name).composed:  # else a module may read them
            assert all(f":{parameter}" in statement.sql for parameter in own), statement.where


@pytest.mark.parametrize("name", shipped())
def test_every_report_can_be_asked(connection, name):
    with one_state(connection):
        document = made(Snapshot(connection, report(name), Period(0, DAY_US)))
        assert json.loads(b"".join(pieces(document, "json", Look())))["schema"] == f"sesscore.report.{name}/1"


def test_the_same_figures_give_the_same_bytes(connection, filled):
    with open_for_reading(filled) as database:
        for format_ in ("json", "table"):
            assert printed(connection, format_) == printed(database.connection, format_)


def test_unknown_reports_are_refused_with_the_known_ones():
    with pytest.raises(UsageError) as caught:
        report("sumary")
    assert "summary" in caught.value.hint


# How it looks


def test_json_keeps_every_character_and_sends_none_that_harm(connection):
    document = printed(connection)
    assert document.endswith(b"}\n")
    assert json.loads(document)["top_commands"][1]["command"] == HOSTILE
    assert b"\\u202e" in document
    assert all(line.isprintable() for line in document.decode().split("\n"))


def test_the_page_is_plain_and_fits(connection):
    page = printed(connection, "table").decode()
    lines = page.splitlines()
    assert all(line.isprintable() and not line.endswith(" ") and width(line) <= PAGE for line in lines)
    assert "  42 = 30 events + 2 duplicates + 1 sessionless + 8 quarantined + 1 blank  ✓ balanced" in lines
    assert "  full_delimited          5  62.5 %  ██████" in page
    assert "curl x\\x1b[2J\\u202e\\x00|sh" in page


def test_a_ledger_that_does_not_balance_is_shown_as_such(tmp_path):
    with open_for_writing(fill(tmp_path / "s.db")) as database:
        database.connection.execute("UPDATE ledger SET lines = lines + 3 WHERE source_id = 1")
        assert "✗ 3 unaccounted for" in printed(database.connection, "table").decode()


def test_colour_only_when_wanted(connection):
    assert b"\x1b" not in printed(connection, "table")
    coloured = printed(connection, "table", look=Look(colour=True))
    assert b"\x1b[1msesscore summary\x1b[0m" in coloured
    assert b"\x1b[2J" not in coloured


def test_an_encoding_without_blocks(connection):
    page = printed(connection, "table", look=Look(encoding="ascii"))
    assert b"####" in page
    page.decode("ascii")


@given(st.lists(st.tuples(st.text(), st.none() | st.text(), st.integers(0, 2**63 - 1)), max_size=5))
def test_any_text_keeps_the_columns_apart(found):
    columns = (Column("one"), Column("two"), Column("count", Kind.COUNT, drawn="share"))
    listing = to_page([Listing("Title", ("one", "two", "count"), found)]).decode().splitlines()
    table = [bare(line) for line in page_of(Table("t", "Title", columns, found))]
    for line in listing + table:
        assert line.isprintable()
        assert width(line) <= PAGE + 20
    left = Table("l", "L", (Column("a"), Column("b", Kind.COUNT)), [("x" * 90, 1)], half=True)
    beside = [bare(line) for line in page_of(left, Table("t", "Title", columns, found, half=True))]
    assert beside[0] == f"L{' ' * (PAGE // 2 + 1)}Title"


def page_of(*sections):
    return list(page(Document("x", "", Period(), None, sections), PAGE))


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (None, None),
        (0, "1970-01-01T00:00:00.000000Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (1_700_000_000_123_456, "2023-11-14T22:13:20.123456Z"),
        (-719_162 * DAY_US - 1, "0000-12-31T23:59:59.999999Z"),
        (2_932_897 * DAY_US, "10000-01-01T00:00:00.000000Z"),
        (2_932_897 * DAY_US - 1, "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_moments(us, text):
    assert moment(us) == text
