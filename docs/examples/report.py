import sesscore

with sesscore.open("sesscore.db") as db:
    report = db.report("credentials", limit=3)

print(report["totals"].figures)
for row in report["pairs"]:
    print(ascii(row["username"]), ascii(row["password"]), row["failed"], row["succeeded"])
