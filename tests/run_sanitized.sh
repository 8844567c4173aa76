#!/bin/sh
# Builds the extensions with AddressSanitizer and UBSan, apart from the working tree, and runs the tests of the kernel
# under them. Needs Python 3.11, gcc and pip. Arguments go to pytest. SANITIZED: a folder to keep and use again.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=${SANITIZED:-$(mktemp -d)}
[ -n "${SANITIZED:-}" ] || trap 'rm -rf "$work"' EXIT

python=${PYTHON:-python3}
[ -x "$work/venv/bin/python" ] || "$python" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
    "setuptools>=77" "Cython>=3.1" "click>=8.1.4,!=8.3.0,!=8.3.1" "pytest>=8.3" "pytest-xdist>=3.6" "hypothesis>=6.120"

rm -rf "$work/tree"
mkdir "$work/tree"
tar -C "$root" --exclude .git --exclude build --exclude '*.so' --exclude .hypothesis --exclude '.*_cache' -cf - . \
    | tar -C "$work/tree" -xf -
SESSCORE_SANITIZE=1 "$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-build-isolation \
    --force-reinstall --no-cache-dir "$work/tree"

# Python is not built with the sanitizers, so they have to be there before it. It keeps memory until its end, on purpose.
export LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)"
export ASAN_OPTIONS="detect_leaks=0:abort_on_error=1:allocator_may_return_null=1"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"
export PYTHONMALLOC=malloc  # else overflows inside Python's own arenas go unseen
cd "$work/tree/tests"
"$work/venv/bin/python" -m pytest -q -n auto --dist worksteal -p no:cacheprovider -c "$work/tree/pyproject.toml" --rootdir "$work/tree" \
    test_scan.py test_shapes.py test_extension.py test_totals.py test_packed.py test_rollups.py test_blocks.py test_ingest.py test_merge.py test_matchers.py test_halves.py test_text_logs.py --deselect tests/test_ingest.py::test_case "$@"
