"""How each generation of Cowrie writes an event: its keys, their order, its separators, its texts.

A *kind* is an event id without `cowrie.`, with a variant after a slash where one id has several shapes. A shape is a
%-format over the fields of a session; NUL, which JSON text never holds raw, marks the place of the timestamp.

    2017  v1.1  Python 2: keys in hash order, spaces after separators, `system` and `isError`, ids of 8 hex digits
    2018  v1.3  the same with `protocol` and ids of 12 hex digits
    2020  v2.0  eventid first, no spaces, client.kex, durations in seconds
    2024  v2.7  public keys as logins without password, durations of SSH as text
    2026  v3.0  3.0.6 and later: identity first, eventid late, uuid, durations in milliseconds, `late` events
"""

GENERATIONS = ("2017", "2018", "2020", "2024", "2026")
PYTHON2 = ("2017", "2018")
TIME = "\0"

# The fields that an event itself brings, in the order of the call that logs it. `key=field`: the key takes another
# field of the session than its own name, because the key says something else of the connection.
_TARGET = "dst_ip=to_ip dst_port=to_port"
_OWN = {
    "session.connect": "src_ip src_port dst_ip dst_port session protocol",
    "session.closed": "duration",
    "session.params": "arch",
    "client.version": "version",
    "client.kex": "hassh hasshAlgorithms kexAlgs keyAlgs encCS macCS compCS langCS",
    "client.size": "width height",
    "client.var": "name value",
    "client.fingerprint": "username fingerprint key type",
    "client.malformed_packet": "messagenum datalen data",
    "login.failed": "username password",
    "login.failed/key": "username fingerprint key type",
    "login.success": "username password",
    "login.success/key": "username fingerprint key type",
    "command.input": "input",
    "command.failed": "input",
    "command.success": "input",
    "log.open": "ttylog",
    "log.closed": "ttylog size shasum duplicate duration",
    "log.closed/late": "ttylog size shasum duplicate duration",
    "session.file_download": "url outfile shasum",
    "session.file_download/late": "url outfile shasum",
    "session.file_download/redir": "duplicate outfile shasum destfile",
    "session.file_download.failed": "url",
    "session.file_upload": "filename outfile shasum",
    "direct-tcpip.request": f"{_TARGET} src_ip src_port=from_port",
    "direct-tcpip.data": f"{_TARGET} data id",
    "direct-tcpip.ja4": f"{_TARGET} ja4",
    "direct-tcpip.ja4h": f"{_TARGET} ja4h",
    "telnet.option": "command option_name option_byte",
}

# What version 3 changed in them (2495b791, 16eed625).
_OWN_2026 = {
    "session.closed": "duration_ms=duration",
    "log.closed": "ttylog size shasum duplicate duration_ms=duration",
    "log.closed/late": "ttylog size shasum duplicate duration_ms=duration",
    "direct-tcpip.request": f"{_TARGET} orig_ip=from_ip orig_port=from_port",
}

# Python 2 wrote a dictionary in the order of its hash table: arbitrary, but the same for the same keys.
_COMMAND = "eventid timestamp message system isError src_ip session input sensor"
_LOGIN = "eventid username timestamp message system isError src_ip session password sensor"
_PYTHON2_ORDER = {
    "session.connect": "eventid src_ip src_port timestamp message dst_ip system protocol isError session dst_port "
    "sensor",
    "session.closed": "eventid timestamp message system isError src_ip duration session sensor",
    "client.version": "macCS session kexAlgs message system src_ip version sensor eventid timestamp keyAlgs isError "
    "compCS encCS",
    "client.size": "eventid timestamp message system height src_ip width isError session sensor",
    "client.var": "eventid name timestamp message system value isError src_ip session sensor",
    "client.fingerprint": "eventid username fingerprint timestamp message system key isError src_ip session type "
    "sensor",
    "login.failed": _LOGIN,
    "login.success": _LOGIN,
    "command.input": _COMMAND,
    "command.failed": _COMMAND,
    "command.success": _COMMAND,
    "log.open": "eventid ttylog timestamp message system isError src_ip session sensor",
    "log.closed": "eventid timestamp message ttylog system src_ip session duration sensor isError size",
    "session.file_download": "eventid shasum url timestamp src_ip outfile session message unique sensor",
    "session.file_download/redir": "eventid shasum url=destfile timestamp system isError src_ip outfile session sensor "
    "message",
    "session.file_download.failed": "eventid url timestamp src_ip session message sensor",
    "session.file_upload": "eventid shasum filename timestamp src_ip outfile session message sensor",
    "direct-tcpip.request": f"eventid timestamp {_TARGET} system isError src_ip session src_port=from_port message "
    "sensor",
    "direct-tcpip.data": f"eventid timestamp sensor system isError src_ip session {_TARGET} data message",
}
_2017_ORDER = _PYTHON2_ORDER | {
    "session.connect": "eventid timestamp session message src_port system isError src_ip dst_port dst_ip sensor",
    "client.version": "eventid macCS timestamp session kexAlgs keyAlgs message system isError src_ip version compCS "
    "sensor encCS",
    "client.fingerprint": "eventid username fingerprint timestamp message system isError src_ip session sensor",
    "session.file_download": "eventid src_ip session shasum url timestamp outfile sensor message",
}

_KEY_LOGIN = "public key login attempt for [%(username)s]"
_DOWNLOADED = "Downloaded URL (%(url)s) with SHA-256 %(shasum)s to %(outfile)s"
_MESSAGE = {
    "session.connect": "New connection: %(src_ip)s:%(src_port)s (%(dst_ip)s:%(dst_port)s) [session: %(label)s]",
    "session.closed": "Connection lost after %(after)s",
    "client.version": "Remote SSH version: %(version)s",
    "client.kex": "SSH client hassh fingerprint: %(hassh)s",
    "client.size": "Terminal Size: %(width)s %(height)s",
    "client.var": "request_env: %(name)s=%(value)s",
    "client.fingerprint": "public key attempt for user %(username)s of type %(type)s with fingerprint %(fingerprint)s",
    "client.malformed_packet": "Malformed SSH packet (message %(messagenum)s, %(datalen)s bytes); disconnecting",
    "login.failed": "login attempt [%(username)s/%(password)s] failed",
    "login.failed/key": f"{_KEY_LOGIN} failed",
    "login.success": "login attempt [%(username)s/%(password)s] succeeded",
    "login.success/key": f"{_KEY_LOGIN} succeeded",
    "command.input": "CMD: %(input)s",
    "command.failed": "Command not found: %(input)s",
    "command.success": "Command found: %(input)s",
    "log.open": "Opening TTY Log: %(ttylog)s",
    "log.closed": "Closing TTY Log: %(ttylog)s after %(after)s",
    "log.closed/late": "Closing TTY Log: %(ttylog)s after %(after)s",
    "session.file_download": _DOWNLOADED,
    "session.file_download/late": _DOWNLOADED,
    "session.file_download/redir": "Saved redir contents with SHA-256 %(shasum)s to %(outfile)s",
    "session.file_download.failed": "Attempt to download file(s) from URL (%(url)s) failed",
    "session.file_upload": 'SFTP Uploaded file \\"%(filename)s\\" to %(outfile)s',
    "direct-tcpip.request": "direct-tcp connection request to %(to_ip)s:%(to_port)s from %(from_ip)s:%(from_port)s",
    "direct-tcpip.data": "discarded direct-tcp forward request %(id)s to %(to_ip)s:%(to_port)s with data %(data)s",
    "direct-tcpip.ja4": "JA4 fingerprint for forwarded TLS to %(to_ip)s:%(to_port)s: %(ja4)s",
    "direct-tcpip.ja4h": "JA4H fingerprint for forwarded HTTP to %(to_ip)s:%(to_port)s: %(ja4h)s",
    "telnet.option": "Telnet %(command)s %(option_name)s",
}

# Twisted's log prefix, which was a field until v1.4; the parts of it that depend on the protocol are fields.
_SYSTEM = {
    "session.connect": "%(factory)s",
    "session.closed": "%(wire)s",
    "client.version": "%(wire)s",
    "login.failed": "%(auth)s%(wire)s",
    "login.success": "%(auth)s%(wire)s",
    "client.fingerprint": "%(auth)s%(wire)s",
    "direct-tcpip.request": "%(connection)s%(wire)s",
    "direct-tcpip.data": "SSHChannel cowrie-discarded-direct-tcpip (%(id)s) on %(connection)s%(wire)s",
}
_SHELL_SYSTEM = "%(channel)s%(wire)s"

# Values that are no text: numbers, booleans, arrays, and the duration, which each generation writes in its own way.
_RAW = (
    "src_port dst_port orig_port width height size id duration duration_ms duplicate unique option_byte messagenum "
    "datalen kexAlgs keyAlgs encCS macCS compCS langCS"
)
# Paths that end in a hash since v1.5; `store` and `recordings` are the folders that the generation names.
_PATHS = {"outfile": "%(store)s%(shasum)s", "ttylog": "%(recordings)s%(shasum)s"}

_IDENTITY = "session protocol src_ip src_port dst_ip dst_port"


def _order(generation: str, kind: str) -> dict[str, str]:
    """The keys of a line, in order, and the field that each takes."""
    own = _OWN[kind]
    if generation == "2026":
        late = " late" if kind.endswith("/late") else ""
        order = f"{_IDENTITY} {_OWN_2026.get(kind, own)} eventid{late} sensor uuid timestamp message"
    elif generation in PYTHON2:
        order = (_2017_ORDER if generation == "2017" else _PYTHON2_ORDER)[kind]
    else:
        # The output plugin adds src_ip and session to events that do not have them, so at the end.
        order = f"eventid {own} message sensor timestamp src_ip session"
    fields: dict[str, str] = {}
    for item in order.split():
        key, _, field = item.partition("=")
        # A key that comes again keeps its place, and keeps its field unless it is given another.
        fields[key] = field or fields.get(key, key)
    return fields


def _text(generation: str, template: str) -> str:
    """A template with the paths in it written out."""
    for name, path in _PATHS.items():
        if name == "outfile" or generation not in PYTHON2:
            template = template.replace(f"%({name})s", path)
    return template


def _value(generation: str, kind: str, key: str, field: str) -> str:
    """The JSON value of one key, as a %-format."""
    fixed = {
        "eventid": f'"cowrie.{kind.partition("/")[0]}"',
        "timestamp": f'"{TIME}"',
        "isError": "0",
        "late": "true",
        "system": f'"{_SYSTEM.get(kind, _SHELL_SYSTEM)}"',
    }
    if key == "message" and kind == "session.params":
        return '""' if generation == "2026" else "[]"
    if key == "message":
        message = _MESSAGE[kind]
        if generation in PYTHON2:  # the channel's number came with v1.6
            message = message.replace("forward request %(id)s", "forward request")
        return f'"{_text(generation, message)}"'
    if key in fixed:
        return fixed[key]
    return f"%({field})s" if key in _RAW.split() else f'"{_text(generation, f"%({field})s")}"'


def shapes(generation: str) -> dict[str, str]:
    """The shape of each kind of event that a generation writes. A shape ends with the newline."""
    comma, colon = (", ", ": ") if generation in PYTHON2 else (",", ":")
    found = {}
    for kind in _PYTHON2_ORDER if generation in PYTHON2 else _OWN:
        pairs = [
            f'"{key}"{colon}{_value(generation, kind, key, field)}' for key, field in _order(generation, kind).items()
        ]
        found[kind] = "{" + comma.join(pairs) + "}\n"
    return found


def lasted(generation: str, protocol: str, microseconds: int) -> tuple[str, str]:
    """A duration as the JSON value of `duration` or `duration_ms`, and in the words of the message."""
    if generation == "2026":
        milliseconds = (microseconds + 500) // 1000
        return str(milliseconds), f"{milliseconds} milliseconds"
    if generation == "2024" and protocol == "ssh":
        seconds = f"{microseconds / 1e6:.1f}"
        return f'"{seconds}"', f"{seconds} seconds"
    # time.time() has more digits than the timestamp, so the float is longer than microseconds.
    return repr((microseconds + 0.4375) / 1e6), f"{microseconds // 1_000_000} seconds"


KINDS = tuple(_OWN)
EVENT_IDS = tuple(dict.fromkeys(f"cowrie.{kind.partition('/')[0]}" for kind in KINDS))
