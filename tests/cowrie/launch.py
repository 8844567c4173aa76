"""Starts Cowrie in the foreground, in its own environment: `python launch.py ADDRESS DAYS`, in Cowrie's folder.

Cowrie downloads from public addresses only, and no setting changes that. The web server of the tests has ADDRESS, on
loopback; this one address is taken off Cowrie's list. For its log files it is DAYS later than for others, and a day
more after each SIGUSR1. After SIGUSR2 it prints where its threads stand. Everything else is Cowrie as it was installed.
"""

import datetime
import faulthandler
import ipaddress
import os
import signal
import sys
import threading

from cowrie.core import network
from twisted.python.logfile import DailyLogFile
from twisted.scripts.twistd import run

WEB = ipaddress.ip_address(sys.argv[1])
days = int(sys.argv[2])
refused = network._is_blocked
to_date = DailyLogFile.toDate


def refused_but_web(address):
    return address != WEB and refused(address)


def to_later_date(log, *moment):
    return (datetime.date(*to_date(log, *moment)) + datetime.timedelta(days)).timetuple()[:3]


def pass_midnight(number, frame):
    global days
    days += 1


def end_with_the_test():
    """Standard input is a pipe from the test, which closes however the test ends."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


network._is_blocked = refused_but_web
DailyLogFile.toDate = to_later_date
signal.signal(signal.SIGUSR1, pass_midnight)
faulthandler.register(signal.SIGUSR2)
threading.Thread(target=end_with_the_test, daemon=True).start()
sys.argv = ["twistd", "--nodaemon", "--pidfile=", "--umask=0022", "--logger=cowrie.python.logfile.logger", "cowrie"]
run()
