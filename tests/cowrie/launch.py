"""Starts Cowrie in the foreground, in its own environment: `python launch.py ADDRESS`, in Cowrie's folder.

Cowrie downloads from public addresses only, and no setting changes that. The web server of the tests has ADDRESS, on
loopback; this one address is taken off Cowrie's list. Everything else is Cowrie as it was installed.
"""

import ipaddress
import os
import signal
import sys
import threading

from cowrie.core import network
from twisted.scripts.twistd import run

WEB = ipaddress.ip_address(sys.argv[1])
refused = network._is_blocked


def refused_but_web(address):
    return address != WEB and refused(address)


def end_with_the_test():
    """Standard input is a pipe from the test, which closes however the test ends."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


network._is_blocked = refused_but_web
threading.Thread(target=end_with_the_test, daemon=True).start()
sys.argv = ["twistd", "--nodaemon", "--pidfile=", "--umask=0022", "--logger=cowrie.python.logfile.logger", "cowrie"]
run()
