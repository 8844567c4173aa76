import sesscore

with sesscore.open("sesscore.db") as db:
    for session in db.sessions(command="wget", min_downloads=1):
        print(session.started, ascii(session.src_ip), f"{session.command_count} commands")
        for activity in db.activities(session, "login_success", "download"):
            print("  ", activity.kind, ascii(activity.username or activity.value))
        break
