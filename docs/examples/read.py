import sesscore


def told(milestone: dict[str, object]) -> None:
    if milestone["event"] == "source_finished":
        print("read:", milestone["source"])


result = sesscore.ingest("cowrie.json", db="sesscore.db", on_event=told)
print(result.sessions.new, "sessions from", result.ledger.events, "events; balanced:", result.ledger.balanced)
for problem in result.problems:
    print(problem.source, problem.problem)
