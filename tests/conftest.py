"""What holds for all tests: none reads the configuration of whoever runs it, none fails because the machine is busy or
because they were started in the background, where a shell has SIGINT ignored, also by all that they start."""

import os
import signal

from hypothesis import HealthCheck, settings

os.environ["SESSCORE_CONFIG"] = os.devnull
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("sesscore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sesscore")
