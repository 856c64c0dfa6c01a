"""A publisher's server on this machine: the files a test lays out, and OpenStreetMap's query service."""

from __future__ import annotations

import http.server
import json
import threading
import urllib.parse
from contextlib import contextmanager

# Two footways that meet at a junction, steps between them and a lane: way 2 is steps in its middle piece.
NODES = {
    1: (52.4800, -1.9000),
    2: (52.4810, -1.9000),
    3: (52.4820, -1.9000),
    4: (52.4830, -1.9000),
    5: (52.4810, -1.8990),
}
WAYS = {
    10: ([1, 2], {"highway": "footway"}),
    11: ([2, 3], {"highway": "steps"}),
    12: ([3, 4], {"highway": "footway", "foot": "designated"}),
    13: ([2, 5], {"highway": "residential", "name": "The Lane"}),
}
OVERPASS = {
    "version": 0.6,
    "elements": [
        *({"type": "node", "id": node, "lat": lat, "lon": lon} for node, (lat, lon) in NODES.items()),
        *({"type": "way", "id": way, "nodes": nodes, "tags": tags} for way, (nodes, tags) in WAYS.items()),
    ],
}
STATUS = """Connected as: 1
Current time: 2026-11-22T12:00:00Z
Rate limit: 2
Announced endpoint: none
2 slots available now.
"""


class Publisher(http.server.BaseHTTPRequestHandler):
    """Serves the files a test lays out, and OpenStreetMap's query service."""

    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path == "/status":
            return self.answer(STATUS.encode(), "text/plain")
        body = self.server.files.get(self.path)
        return self.send_error(404) if body is None else self.answer(body, "text/csv")

    def do_POST(self):
        said = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append(urllib.parse.parse_qs(said)["data"][0])
        if self.server.busy:
            self.server.busy -= 1
            return self.send_error(504)
        return self.answer(self.server.overpass.encode(), "application/json")

    def answer(self, body, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def published(monkeypatch):
    """Start the server; ``url`` is where, ``files`` what it has, ``asked`` what it was asked, in order."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher) as server:
        server.asked, server.files, server.busy, server.overpass = [], {}, 0, json.dumps(OVERPASS)
        server.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()
