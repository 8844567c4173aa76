"""The logs that all benchmarks read: made once by sesscore.synth, the same bytes everywhere."""

from pathlib import Path

from sesscore import synth

EVENTS = (20_000, 100_000)  # about one block of ingest, and five
GENERATIONS = ("2018", "2026")  # eventid first and spaces; identity first, eventid late and no spaces
DAYS = 5

Logs = dict[tuple[int, str], str]


def write_logs(folder: Path) -> Logs:
    """Writes a log for each number of events and generation. Returns their paths."""
    logs = {}
    for events in EVENTS:
        for generation in GENERATIONS:
            path = folder / f"{generation}-{events}.json"
            synth.write(path, events=events, days=DAYS, seed=1, generation=generation)
            logs[events, generation] = str(path)
    return logs


class OnLogs:
    """A benchmark for each log. asv makes the logs once for all classes that inherit this."""

    params = (EVENTS, GENERATIONS)
    param_names = ("events", "generation")
    timeout = 300

    def setup_cache(self) -> Logs:
        return write_logs(Path.cwd())


OnLogs.setup_cache.timeout = 300
