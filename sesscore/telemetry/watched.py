"""Watches a run: a beat while it works, and how it ended for those who were told of it."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sesscore.telemetry.beat import Beat, Failed
from sesscore.telemetry.document import Documents
from sesscore.telemetry.run import Run
from sesscore.telemetry.sinks import Sink


@contextmanager
def watched(run: Run, sinks: Sequence[Sink], documents: Documents, failed: Failed) -> Iterator[Run]:
    """Within the block the sinks get documents of the run; the last one says how the block was left.

    failed: is told which sink raises an error, and is dropped.
    """
    beat = Beat(run, sinks, documents, failed)
    beat.start()
    try:
        yield run
    except KeyboardInterrupt as error:
        run.ended("stopped", signal=getattr(error, "signal", signal.SIGINT))
        raise
    except BaseException as error:
        run.fails(error)
        raise
    else:
        run.ended("complete")
    finally:
        beat.close()
