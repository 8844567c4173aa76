"""`python -m sesscore`."""

import sys

from sesscore.cli import main

if __name__ == "__main__":
    sys.exit(main())
