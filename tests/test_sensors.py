"""One ingest serves several sensors: an event that names none has the one whose paths lead to its log."""

import json
import os

import apsw
import pytest
from ingested import did, outcome, write

from sesscore.errors import UsageError
from sesscore.ingest import ingest
from sesscore.sensors import Sensor, Shared, find_sources


def lone(session):
    """A session of which no event names a sensor."""
    return [did(session, 0, "session.connect", src_ip="192.0.2.1"), did(session, 5, "session.closed", duration=5)]


@pytest.fixture
def logs(tmp_path):
    """Two sensors with a log each, beside one that is nobody's."""
    for folder, session in (("a", "aa"), ("b", "bb"), ("c", "cc")):
        write(tmp_path / folder, cowrie=lone(session))
    return tmp_path


@pytest.fixture
def db(tmp_path):
    return str(tmp_path / "s.db")


def both(folder):
    return [Sensor("alpha", (str(folder / "a"),)), Sensor("beta", (str(folder / "b"),))]


def named(db):
    """The sensor of each session."""
    connection = apsw.Connection(db, flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return dict(connection.execute("SELECT session_id, sensor FROM session_metrics"))
    finally:
        connection.close()


def found(paths, **options):
    """Names of files with their sensors, and what two sensors claim."""
    sources = find_sources(paths, **options)
    return [(one.path, one.sensor, one.problem) for one in sources.candidates], sources.shared


# Without PATH


def test_one_run_reads_all_sensors(logs, db):
    result = ingest([], db=db, sensors=both(logs))
    assert named(db) == {"aa": "alpha", "bb": "beta"}
    assert (result.sources["read"], result.problems) == (2, [])
    assert ingest([], db=db, sensors=both(logs)).sources["unchanged"] == 2


def test_an_event_that_names_its_sensor_keeps_it(logs, db):
    write(logs / "a", other=[{"sensor": "own", **one} for one in lone("ee")])
    ingest([], db=db, sensors=both(logs))
    assert named(db) == {"aa": "alpha", "bb": "beta", "ee": "own"}


def test_a_name_narrows_to_that_sensor(logs, db):
    ingest([], db=db, sensor="beta", sensors=both(logs))
    assert named(db) == {"bb": "beta"}


def test_a_name_that_no_sensor_has_is_wrong_usage(logs, db):
    with pytest.raises(UsageError, match="'gamma'") as raised:
        ingest([], db=db, sensor="gamma", sensors=both(logs))
    assert "alpha, beta" in raised.value.hint
    assert not os.path.exists(db)


def test_a_problem_of_one_sensor_is_none_of_the_others(logs, db):
    sensors = [Sensor("gone", (str(logs / "gone"),)), *both(logs)]
    result = ingest([], db=db, sensors=sensors)
    assert named(db) == {"aa": "alpha", "bb": "beta"}
    assert [(one.source, one.problem) for one in result.problems] == [(str(logs / "gone"), "does not exist")]
    assert result.sources["unreadable"] == 1


def test_the_name_at_the_first_reading_stays(logs, db):
    """As with --sensor: what is known of a source is not read again."""
    ingest([], db=db, sensors=both(logs))
    with (logs / "a" / "cowrie.json").open("a") as log:
        log.write("".join(json.dumps(one) + "\n" for one in lone("dd")))
    ingest([], db=db, sensors=[Sensor("renamed", (str(logs / "a"),))])
    assert named(db)["dd"] == "alpha"


def test_only_the_quarantine_is_retried_without_a_path(logs, db):
    ingest([str(logs / "a")], db=db)
    result = ingest([], db=db, sensors=both(logs), retry_quarantine=True)
    assert (result.sources["read"], result.sources["unchanged"]) == (0, 0)


# With PATH


@pytest.mark.parametrize("path", ["a", "a/cowrie.json", "a/*.json", "link/cowrie.json", ".", "c/../a"])
def test_a_path_that_a_sensor_leads_to_has_its_name(logs, db, monkeypatch, path):
    (logs / "link").symlink_to(logs / "a")
    monkeypatch.chdir(logs)
    ingest([path], db=db, sensors=both(logs))
    names = {"aa": "alpha", "bb": "beta", "cc": "unknown"}
    assert named(db) == (names if path == "." else {"aa": "alpha"})


def test_another_path_has_none(logs, db):
    ingest([str(logs / "c")], db=db, sensors=both(logs))
    assert named(db) == {"cc": "unknown"}


def test_a_name_that_is_given_wins(logs, db):
    ingest([str(logs)], db=db, sensor="gamma", sensors=both(logs))
    assert set(named(db).values()) == {"gamma"}


def test_only_the_path_is_read(logs, db):
    result = ingest([str(logs / "b")], db=db, sensors=[*both(logs), Sensor("gone", (str(logs / "gone"),))])
    assert named(db) == {"bb": "beta"}
    assert result.problems == []


# Files of two sensors


def test_what_two_sensors_claim_is_read_once_for_the_first(logs, db):
    write(logs / "b", more=lone("dd"))
    (logs / "linked.json").symlink_to(logs / "b" / "more.json")
    sensors = [*both(logs), Sensor("third", (str(logs / "b"), str(logs / "c"), str(logs / "linked.json")))]
    result = ingest([], db=db, sensors=sensors)
    assert named(db) == {"aa": "alpha", "bb": "beta", "dd": "beta", "cc": "third"}
    [problem] = result.problems
    assert problem.source == str(logs / "b" / "cowrie.json")
    assert problem.problem == "is among the logs of sensors beta and third; it and 1 other file count for beta"
    assert (result.sources["read"], result.sources["unreadable"]) == (4, 0)


def test_the_owner_is_the_same_when_the_path_is_named(logs, db):
    sensors = [*both(logs), Sensor("third", (str(logs),))]
    ingest([str(logs / "b"), str(logs / "c")], db=db, sensors=sensors)
    assert named(db) == {"bb": "beta", "cc": "third"}


def test_a_file_that_one_sensor_names_twice_is_no_conflict(logs):
    a = str(logs / "a" / "cowrie.json")
    assert found([], sensors=[Sensor("alpha", (a, str(logs / "a")))]) == ([(a, "alpha", None)], [])


def test_each_pair_is_told_with_its_first_file(logs):
    a, b = (str(logs / name / "cowrie.json") for name in "ab")
    sensors = [*both(logs), Sensor("x", (a,)), Sensor("y", (str(logs / "a"), b))]
    assert found([], sensors=sensors)[1] == [
        Shared(a, 1, "alpha", "x"),
        Shared(a, 1, "alpha", "y"),
        Shared(b, 1, "beta", "y"),
    ]


def test_standard_input_is_of_one_sensor():
    assert found([], sensors=[Sensor("a", ("-",)), Sensor("b", ("-",))]) == (
        [("-", "a", None)],
        [Shared("-", 1, "a", "b")],
    )
    assert found(["-"], sensors=[Sensor("a", ("-",))])[0] == [("-", "a", None)]


def test_the_database_is_nobodys_log(logs, db):
    ingest([], db=db, sensors=[Sensor("all", (str(logs),))])
    result = ingest([], db=db, sensors=[Sensor("all", (str(logs),))])
    assert (result.sources["unchanged"], result.problems) == (3, [])


def test_names_are_stored_as_text(logs, db):
    ingest([], db=db, sensors=[Sensor("a\udcff", (str(logs / "a"),))])
    assert named(db) == {"aa": "a\ufffd"}
    assert found([], sensor="a\ufffd", sensors=[Sensor("a\udcff", (str(logs / "a"),))])[0][0][1] == "a\ufffd"


# The program


@pytest.fixture
def program(logs, db, capsys, monkeypatch):
    """The command line, with the two sensors in a configuration file."""
    tables = [f"[[sensor]]\nname = '{one.name}'\npaths = ['{one.paths[0]}']\n" for one in both(logs)]
    (logs / "c.toml").write_text("".join([f"db = '{db}'\nno_progress = true\n", *tables]), "utf-8")
    monkeypatch.setenv("SESSCORE_CONFIG", str(logs / "c.toml"))

    def run(*arguments):
        return outcome(capsys, *arguments)

    return run


def test_the_file_says_whose_logs_are_read(program, db):
    code, out, err = program("ingest")
    assert (code, out) == (0, "")
    assert "2 sessions (2 new)" in err
    assert named(db) == {"aa": "alpha", "bb": "beta"}


def test_the_option_narrows(program, db, monkeypatch):
    monkeypatch.setenv("SESSCORE_SENSOR", "alpha")
    assert program("ingest", "--sensor", "beta")[0] == 0
    assert named(db) == {"bb": "beta"}
    code, _, err = program("ingest", "--sensor", "gamma")
    assert code == 2
    assert "alpha, beta" in err


def test_a_conflict_is_said_and_no_failure(program, logs):
    with (logs / "c.toml").open("a") as file:
        file.write(f"[[sensor]]\nname = 'third'\npaths = ['{logs / 'a'}']\n")
    code, out, err = program("ingest", "--format", "json", "--strict")
    assert code == 0
    assert "is among the logs of sensors alpha and third" in err
    document = json.loads(out)
    assert document["sources"]["unreadable"] == 0
    assert [one["source"] for one in document["problems"]] == [str(logs / "a" / "cowrie.json")]


def test_all_sensors_without_logs_are_nothing_to_read(program, logs):
    for folder in "ab":
        (logs / folder / "cowrie.json").unlink()
    code, _, err = program("ingest")
    assert code == 6
    assert err.count("holds no file") == 2


def test_verify_knows_whose_logs_they_are(program, logs):
    program("ingest")
    code, out, _ = program("verify", str(logs / "a"), str(logs / "b"), "--format", "json")
    assert code == 0
    assert json.loads(out)["recount"]["sessions"] == 2
    assert program("verify", str(logs / "a"), str(logs / "b"), "--sensor", "alpha")[0] == 3
