import numpy as np

import sesscore

seconds = np.zeros(0)
with sesscore.open("sesscore.db") as db:
    for batch in db.batches("sessions", columns=["started", "duration_ms", "src_port"]):
        seconds = np.concatenate([seconds, batch["duration_ms"] / 1000])
        print(batch["started"].dtype, len(batch["started"]), "rows,", np.ma.count(batch["src_port"]), "with a port")

    batches = db.batches("activities", columns=["kind", "username"], text="codes")
    codes = np.concatenate([batch["username"] for batch in batches])

print("median seconds:", np.median(seconds))
counts = np.bincount(codes[codes >= 0])
print("most seen user name:", batches.texts[counts.argmax()], counts.max())
