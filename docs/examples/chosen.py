import numpy as np

import sesscore

with sesscore.open("sesscore.db") as db, db.snapshot():
    keys = [
        batch["session_key"][(batch["protocol"] == "telnet") & (batch["command_count"] > 0)]
        for batch in db.batches("sessions", columns=["session_key", "protocol", "command_count"])
    ]
    wanted = np.concatenate(keys)
    commands = 0
    for batch in db.batches("activities", columns=["session_key", "kind"]):
        commands += int(np.count_nonzero(np.isin(batch["session_key"], wanted) & (batch["kind"] == "command")))

print(len(wanted), "sessions by Telnet typed", commands, "commands")
