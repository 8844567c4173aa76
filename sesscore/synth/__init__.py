"""Made-up Cowrie logs whose truth is known: for benchmarks, demonstrations and tests.

    shapes.py      how each generation of Cowrie writes an event: keys, their order, separators
    draws.py       how texts and numbers are drawn, the same everywhere
    words.py       what attackers try and type: credentials, commands, files
    clients.py     what SSH clients say: versions, key exchanges, forwarded data
    connection.py  one connection: its identity, its clock, its first and last event
    attackers.py   what an attacker does with it
    truth.py       what was written, counted line by line
    log.py         when connections begin, and their lines in order of time

No line comes from a real log. Addresses are from ranges that are set aside for examples and benchmarks
(RFC 5737, 2544, 3849), names from RFC 2606.
"""

from sesscore.synth.log import generate, write
from sesscore.synth.shapes import GENERATIONS
from sesscore.synth.truth import Truth

__all__ = ["GENERATIONS", "Truth", "generate", "write"]
