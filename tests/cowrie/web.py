"""A web server on loopback with one file, which Cowrie may download from."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator

ADDRESS = "127.0.0.80"
FILE = "/bins/x86"
MISSING = "/bins/none"
NOT_FOUND = b"nothing here\n"
CLOSED = f"http://{ADDRESS}:1/"  # where nobody listens
CONTENT = b"#!/bin/sh\necho this would have been malware\n" + bytes(range(256)) * 64


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        code, body = (200, CONTENT) if self.path == FILE else (404, NOT_FOUND)
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def web_server() -> Iterator[str]:
    """The URL under which it answers."""
    with http.server.ThreadingHTTPServer((ADDRESS, 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://{ADDRESS}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
