"""Options by which others watch a run: who is made of them, and what is refused before anything begins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from telemetry_made import telling

from sesscore.commands.telemetry import telemetry, telemetry_unasked
from sesscore.commands.watchers import Watchers
from sesscore.errors import StorageError, UsageError
from sesscore.telemetry.document import Documents
from sesscore.telemetry.run import Run


def asked(**told: Any) -> Any:
    return told["telemetry"].watchers


own = click.command()(telemetry(asked))
shared = click.command()(telemetry_unasked(asked))


def made(*arguments: str, command: click.Command = shared) -> Watchers:
    found = command.main([*arguments], "x", standalone_mode=False, auto_envvar_prefix="SESSCORE_OTHER")
    assert isinstance(found, Watchers)
    return found


def names(told: Watchers) -> list[str]:
    return [type(sink).__name__ for sink in told.sinks(Run(), 1.0, telling([]))]


def test_nobody_watches_unless_asked() -> None:
    assert (names(made()), made().files, made().logs_to_stderr) == ([], [], False)


def test_who_is_made(tmp_path: Path) -> None:
    """Hooks come last, because they take longest to close."""
    prom, log = str(tmp_path / "s.prom"), str(tmp_path / "s.log")
    told = made("--on-event", "a 'b c'", "--prometheus-file", prom, "--log-file", log)
    assert names(told) == ["PrometheusFile", "Log", "Hook"]
    assert told.on_event == ("a", "b c")
    assert told.files == [prom, str(tmp_path / ".s.prom.tmp"), log]
    assert not told.logs_to_stderr
    for arguments in (("--log-format", "json"), ("--log-level", "debug")):
        assert names(made(*arguments)) == ["Log"]
        assert made(*arguments).logs_to_stderr


def test_what_a_hook_loses_is_told() -> None:
    """Beside what found no room before it."""
    run = Run()
    [hook] = made("--on-event", "/nothing/is/here").sinks(run, 1.0, telling([]))
    for _ in range(3):
        hook.milestone({"event": "phase"})
    hook.close()
    run.hooks_dropped += 1
    assert Documents(run, 1.0).make()["hooks"] == {"dropped": 4}


def test_variables_for_all_commands_are_for_ingest_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSCORE_ON_EVENT", "a b")
    monkeypatch.setenv("SESSCORE_PROMETHEUS_FILE", "s.prom")
    assert made() == Watchers("s.prom", ("a", "b"))
    assert made(command=own) == Watchers()
    monkeypatch.setenv("SESSCORE_OTHER_LOG_LEVEL", "debug")
    assert made(command=own) == Watchers(log_level="debug")


@pytest.mark.parametrize(
    "arguments",
    [("--prometheus-file", "s.txt"), ("--on-event", "'a"), ("--on-event", " "), ("--log-format", "xml")],
)
def test_wrong_usage(arguments: tuple[str, str]) -> None:
    with pytest.raises((click.UsageError, UsageError)):
        made(*arguments)


@pytest.mark.parametrize("option", ["--prometheus-file", "--log-file"])
def test_a_folder_that_does_not_exist_is_said_at_the_start(tmp_path: Path, option: str) -> None:
    with pytest.raises(StorageError):
        names(made(option, str(tmp_path / "none" / "s.prom")))
