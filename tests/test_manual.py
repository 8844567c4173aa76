"""Manual pages: one a command, with every option, in roff that nothing complains of."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from test_docs import commands

from sesscore import errors, manual
from sesscore.cli import cli
from sesscore.config_tables import keys
from sesscore.report.registry import report as found
from sesscore.report.registry import shipped

ROOT = Path(__file__).parents[1]
PAGES = manual.pages(cli, "2026-01-02")


def plain(page):
    return page.replace("\\-", "-").replace("\\(aq", "'")


def test_each_command_has_a_page_with_all_its_options():
    assert set(PAGES) == {"-".join(("sesscore", *words)) + ".1" for words, _ in commands()}
    for words, command in commands():
        page = plain(PAGES["-".join(("sesscore", *words)) + ".1"])
        for key, option in keys(command).items():
            assert (f"--{key}" in page) is not option.hidden, (words, key)
    assert "SESSCORE_INGEST_DB or SESSCORE_DB" in PAGES["sesscore-ingest.1"]


def test_the_page_of_report_lists_the_reports(capsys, monkeypatch, tmp_path):
    """All that come with the program, with what help says of them, and none of whoever makes the page."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "sesscore" / "reports").mkdir(parents=True)
    (tmp_path / "sesscore" / "reports" / "mine.sql").write_text("-- Mine.\nSELECT 1", "utf-8")
    page = plain(manual.pages(cli, "2026-01-02")["sesscore-report.1"])
    listed = page.partition(".SH REPORTS\n")[2].partition("\n.PP\n")[0]
    told = {name: " ".join(text.split()) for name, text in re.findall(r"\.TP\n\\fB(\S+)\\fR\n((?:[^.].*\n?)+)", listed)}
    assert told == {name: found(name).answers for name in shipped()}
    assert "mine" not in page
    assert "REPORTS" not in "".join(page for name, page in PAGES.items() if name != "sesscore-report.1")


def test_exit_codes_are_those_of_the_errors():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert {int(code) for codes in manual.EXIT_STATUS for code in codes.split(", ")} == {0, 130, 143} | {
        kind.exit_code for kind in kinds
    }


def test_text_stays_text():
    assert manual.escaped(".so x") == "\\&.so x"
    assert manual.escaped("'so x") == "\\&\\(aqso x"
    assert manual.escaped("a \\fB --all -1") == "a \\efB \\-\\-all \\-1"
    assert manual.escaped("é…") == "\\[u00E9]\\[u2026]"


HOSTILE = ".so /etc/passwd\n\n'so x\n\n\\fBbold\\X'a' .\\\" -- ~^`\" é…\n\n.PP"


@pytest.mark.parametrize(
    "tool", [("groff", "-man", "-Tutf8", "-ww"), ("mandoc", "-Tlint", "-Wwarning")], ids=lambda one: one[0]
)
def test_nothing_complains(tool, tmp_path):
    """Of the pages, and of help that looks like roff, which comes out as it is written."""
    if shutil.which(tool[0]) is None:
        pytest.skip(f"there is no {tool[0]} here")
    program = click.Group("x", help=HOSTILE, params=[click.Option(["--a"], help=HOSTILE, callback=print)])
    for name, page in {**PAGES, **manual.pages(program, "2026-01-02")}.items():
        (tmp_path / name).write_text(page, "utf-8")
    names = sorted(path.name for path in tmp_path.iterdir())
    done = subprocess.run([*tool, *names], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    if tool[0] == "groff":
        for text in (".so /etc/passwd", "'so x", "\\fBbold\\X'a' .\\\" -- ~^`\" é…", ".PP"):
            assert text in done.stdout
    else:
        assert done.stdout == ""


def test_they_are_made_where_there_is_nothing_but_click():
    """As in the environment in which a wheel is built: no libraries, nothing compiled, and `sql/` as it lies there."""
    code = (
        "import sys, types\n"
        "for name in ('apsw', 'orjson', 'rich', 'platformdirs', 'isal', 'numpy'):\n"
        "    sys.modules[name] = None\n"
        "for name in ('_scan', '_fold', '_totals', '_packed'):\n"
        "    sys.modules[f'sesscore.{name}'] = None\n"
        "sys.modules['sesscore.sql'] = types.ModuleType('sesscore.sql')\n"
        "sys.modules['sesscore.sql'].__path__ = sys.argv[1:]\n"  # as setup.py does it
        "from sesscore.cli import cli\n"
        "from sesscore.completion import SHELLS, script\n"
        "from sesscore.manual import pages\n"
        "sys.stdout.write(''.join(pages(cli, '2026-01-02').values()))\n"
        "[script(shell, cli) for shell in SHELLS]\n"
    )
    command = [sys.executable, "-c", code, str(ROOT / "sql")]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    assert done.stdout == "".join(PAGES.values())


def test_the_wheel_is_expected_to_have_them():
    sys.path.insert(0, str(ROOT / ".ci"))
    try:
        from check_dist import COMPLETIONS, manual_pages
    finally:
        sys.path.pop(0)
    from sesscore.completion import SHELLS

    assert sorted(manual_pages()) == sorted(f"man/man1/{name}" for name in PAGES)
    assert set(COMPLETIONS) == {place for _, place in SHELLS.values()}
