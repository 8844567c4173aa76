import signal
import threading

import sesscore

with sesscore.Stop() as stop:
    signal.signal(signal.SIGTERM, lambda number, frame: stop.ask(number))  # yours to decide
    threading.Timer(1.0, stop.ask).start()
    result = sesscore.ingest("cowrie.json", db="sesscore.db", follow=True, stop=stop)
print("stopped:", result.stopped, "- new sessions:", result.sessions.new)
