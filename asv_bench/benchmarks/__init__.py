"""The asv suite: few benchmarks, each in a file named after its subject. `tests/test_benchmarks.py` runs each once."""
