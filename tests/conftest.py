"""No test reads the configuration of whoever runs it."""

import os

os.environ["SESSCORE_CONFIG"] = os.devnull
