"""What holds for all tests: none reads the configuration of whoever runs it, none fails because the machine is busy."""

import os

from hypothesis import HealthCheck, settings

os.environ["SESSCORE_CONFIG"] = os.devnull

settings.register_profile("sesscore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sesscore")
