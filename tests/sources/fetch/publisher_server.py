"""A server on this machine that plays every publisher's shape: files, pages of features, and all that goes wrong.

    with publisher() as server:
        server.file("/stops.csv", b"...", etag='"1"')
        server.arcgis("/rest/services/Flood/FeatureServer/0/query", features, page=2)
        fetch(project, mirror=server.url)

An answer is found by the path with its query, then by the path alone; with a mirror such as ``URL/{host}``, paths begin
with the host that was meant. ``server.folder(path)`` answers with files on disk whose place is the path of the address.
"""

from __future__ import annotations

import gzip
import hashlib
import http.server
import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit


class Asked(NamedTuple):
    """One request that came: its path with query, and its headers by lower-case name."""

    path: str
    headers: dict[str, str]


class Answer(NamedTuple):
    """What is sent: status, headers and body; ``sent`` bytes of it only, and a wait (s) between its pieces."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}
    sent: int | None = None
    drip_s: float = 0


Play = Callable[[Asked], Answer]


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a zip of some members, the same bytes each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), body)
    return packed.getvalue()


def points(number: int, **properties: object) -> list[dict[str, object]]:
    """Return so many features of points with ids and names."""
    return [
        {
            "type": "Feature",
            "id": at + 1,
            "properties": {"name": f"point {at + 1}", **properties},
            "geometry": {"type": "Point", "coordinates": [400_000 + at, 290_000]},
        }
        for at in range(number)
    ]


class Publisher:
    """What the server answers with, by path; ``asked`` is what it was asked, in order."""

    def __init__(self, url: str, ended: threading.Event) -> None:
        self.url, self.ended = url, ended
        self.asked: list[Asked] = []
        self.plays: dict[str, Play] = {}
        self.root: Path | None = None

    def answer(self, asked: Asked) -> Answer:
        """Return what a request is answered with; 404 where nothing is laid out for it."""
        self.asked.append(asked)
        path = asked.path.partition("?")[0]
        play = self.plays.get(asked.path) or self.plays.get(path)
        if play is not None:
            return play(asked)
        if self.root is not None:
            for place in (path, "/" + path.lstrip("/").partition("/")[2]):  # with the host in front, or without
                found = (self.root / place.lstrip("/")).resolve()
                if found.is_relative_to(self.root.resolve()) and found.is_file():
                    return _file(asked, found.read_bytes(), {"Content-Type": "application/octet-stream"}, etag=True)
        return Answer(404)

    def paths(self) -> list[str]:
        """Return the paths that were asked, in order, without their queries."""
        return [asked.path.partition("?")[0] for asked in self.asked]

    # --- files -------------------------------------------------------------------------------------------------------

    def file(
        self, path: str, body: bytes, *, kind: str = "text/csv", etag: str = "", modified: str = "", ranges: bool = True
    ) -> None:
        """A file; with ``etag`` or ``modified`` it can be asked about, and with ``ranges`` taken up half-way."""
        stated = {"Content-Type": kind, **({"ETag": etag} if etag else {})}
        stated |= {"Last-Modified": modified} if modified else {}
        self.plays[path] = lambda asked: _file(asked, body, stated, ranges=ranges)

    def folder(self, root: Path) -> None:
        """Files on disk, by the path of the address."""
        self.root = root

    def redirect(self, path: str, onward: str, *, status: int = 302) -> None:
        """An address that sends on."""
        self.plays[path] = lambda _: Answer(status, headers={"Location": onward})

    def status(self, path: str, status: int, *, times: int | None = None, after: str = "") -> None:
        """A fault, so many times (for ever by default), with ``Retry-After``; what was laid out before comes then."""
        before, left = self.plays.get(path), [times]

        def play(asked: Asked) -> Answer:
            if left[0] is None or left[0] > 0:
                left[0] = None if left[0] is None else left[0] - 1
                return Answer(status, headers={"Retry-After": after} if after else {})
            return Answer(404) if before is None else before(asked)

        self.plays[path] = play

    def page(self, path: str) -> None:
        """A web page with status 200, called a CSV."""
        self.plays[path] = lambda _: Answer(200, b"<!doctype html><p>Sign in</p>", {"Content-Type": "text/csv"})

    def gzip(self, path: str, body: bytes, *, kind: str = "text/csv") -> None:
        """A file that is packed in transit although nobody asked for that."""
        headers = {"Content-Type": kind, "Content-Encoding": "gzip"}
        self.plays[path] = lambda _: Answer(200, gzip.compress(body, mtime=0), headers)

    def cut(self, path: str, after: int, *, times: int | None = None) -> None:
        """A connection that breaks after so many bytes of what was laid out, so many times or for ever."""
        before, left = self.plays[path], [times]

        def play(asked: Asked) -> Answer:
            answer = before(asked)
            if left[0] is None or left[0] > 0:
                left[0] = None if left[0] is None else left[0] - 1
                return answer._replace(sent=after)
            return answer

        self.plays[path] = play

    def wrong_length(self, path: str, body: bytes, stated: int) -> None:
        """A file that is shorter than the server announces."""
        self.plays[path] = lambda _: Answer(200, body, {"Content-Type": "text/csv", "Content-Length": str(stated)})

    def drip(self, path: str, *, seconds: float) -> None:
        """What was laid out, byte by byte, each after a wait."""
        before = self.plays[path]
        self.plays[path] = lambda asked: before(asked)._replace(drip_s=seconds)

    # --- services ----------------------------------------------------------------------------------------------------

    def arcgis(
        self, path: str, features: list[dict[str, object]], *, page: int, counted: int | None = None,
        says_more: bool = True,
    ) -> None:  # fmt: skip
        """The query of an ArcGIS feature layer: pages by ``resultOffset``, ``exceededTransferLimit``, a count."""

        def play(asked: Asked) -> Answer:
            query = _query(asked)
            if query.get("returnCountOnly") == "true":
                return _json({"count": len(features) if counted is None else counted})
            if query.get("f") not in ("geojson", "json"):
                return _json({"error": {"code": 400, "message": "Invalid or missing input parameters.", "details": []}})
            start = int(query.get("resultOffset", 0))
            sent = features[start : start + min(page, int(query.get("resultRecordCount", page)))]
            more = {"exceededTransferLimit": True} if says_more and start + len(sent) < len(features) else {}
            if query["f"] == "json":
                return _json({"features": [{"attributes": each["properties"]} for each in sent], **more})
            crs = {"type": "name", "properties": {"name": f"EPSG:{query.get('outSR', '4326')}"}}
            return _json({"type": "FeatureCollection", "crs": crs, "features": sent, **more})

        self.plays[path] = play

    def next_links(
        self, path: str, records: list[dict[str, object]], *, page: int, key: str = "entities",
        counted: int | None = None,
    ) -> None:  # fmt: skip
        """An API whose pages name the next under ``links.next``."""

        def play(asked: Asked) -> Answer:
            query = _query(asked)
            start = int(query.get("offset", 0))
            more = start + page < len(records)
            onward = f"{self.url}{path}?{urlencode({**query, 'offset': start + page})}"
            links = {"first": f"{self.url}{path}", **({"next": onward} if more else {})}
            number = len(records) if counted is None else counted
            return _json({key: records[start : start + page], "links": links, "count": number})

        self.plays[path] = play

    def wfs(
        self, path: str, features: list[dict[str, object]], *, page: int, counted: int | None = None,
        in_pages: bool = True,
    ) -> None:  # fmt: skip
        """A WFS 2.0: pages by ``startIndex``, the count in each page or from ``resultType=hits``."""
        number = len(features) if counted is None else counted

        def play(asked: Asked) -> Answer:
            query = {name.lower(): value for name, value in _query(asked).items()}
            if query.get("request") != "GetFeature":
                fault = "<ows:ExceptionText>no such request</ows:ExceptionText>"
                return _xml(f"<ows:ExceptionReport>{fault}</ows:ExceptionReport>")
            if query.get("resulttype") == "hits":
                return _xml(f'<wfs:FeatureCollection numberMatched="{number}" numberReturned="0"/>')
            start = int(query.get("startindex", 0))
            sent = features[start : start + min(page, int(query.get("count", page)))]
            stated = {"numberMatched": number if in_pages else "unknown", "numberReturned": len(sent)}
            return _json({"type": "FeatureCollection", "features": sent, **stated})

        self.plays[path] = play

    def ogc_features(
        self, path: str, features: list[dict[str, object]], *, page: int, counted: int | None = None
    ) -> None:
        """The items of an OGC API: links with ``rel = next``, ``numberMatched``."""

        def play(asked: Asked) -> Answer:
            query = _query(asked)
            start = int(query.get("startindex", 0))
            size = min(page, int(query.get("limit", page)))
            links = [{"rel": "self", "href": self.url + asked.path}]
            if start + size < len(features):
                onward = f"{path}?{urlencode({**query, 'startindex': start + size})}"
                links.append({"rel": "next", "type": "application/geo+json", "href": onward})  # without a host
            number = len(features) if counted is None else counted
            sent = features[start : start + size]
            return _json({"type": "FeatureCollection", "features": sent, "links": links, "numberMatched": number})

        self.plays[path] = play


def _query(asked: Asked) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(asked.path).query).items()}


def _json(content: object) -> Answer:
    return Answer(200, json.dumps(content).encode(), {"Content-Type": "application/json"})


def _xml(content: str) -> Answer:
    return Answer(200, f'<?xml version="1.0"?>{content}'.encode(), {"Content-Type": "text/xml"})


def _file(asked: Asked, body: bytes, stated: Mapping[str, str], *, ranges: bool = True, etag: bool = False) -> Answer:
    """Answer for a file as servers of files do: conditions first, then ranges."""
    headers = dict(stated)
    if etag:
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    tag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
    none_match = asked.headers.get("if-none-match")
    same = none_match == tag if none_match else asked.headers.get("if-modified-since") == modified
    if (tag or modified) and (none_match or asked.headers.get("if-modified-since")) and same:
        return Answer(304, headers=headers)
    wanted, condition = asked.headers.get("range", ""), asked.headers.get("if-range", "")
    if ranges and wanted and condition in ("", tag, modified):
        start = int(wanted.removeprefix("bytes=").partition("-")[0])
        if start >= len(body):
            return Answer(416)
        return Answer(206, body[start:], {**headers, "Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"})
    return Answer(200, body, headers)


class _Handler(http.server.BaseHTTPRequestHandler):
    """Sends what the publisher answers."""

    def do_GET(self):
        play = self.server.publisher
        answer = play.answer(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(answer.status)
        headers = {"Content-Length": str(len(answer.body)), "Connection": "close", **answer.headers}
        for name, value in headers.items():
            if value is not None and (answer.status != 304 or name != "Content-Length"):
                self.send_header(name, value)
        self.end_headers()
        body = answer.body if answer.sent is None else answer.body[: answer.sent]
        try:
            if not answer.drip_s:
                self.wfile.write(body)
                return
            for at in range(len(body)):
                if play.ended.wait(answer.drip_s):
                    return
                self.wfile.write(body[at : at + 1])
                self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):  # who asked went away
            pass

    def do_POST(self):
        """A query that is posted, as one that is asked."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def do_CONNECT(self):
        """A proxy that lets nothing through."""
        self.server.publisher.asked.append(Asked(self.path, {}))
        self.send_error(403)

    def log_message(self, *_):
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    publisher: Publisher


@contextmanager
def publisher() -> Iterator[Publisher]:
    """Start the server; ``url`` is where it stands."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        ended = threading.Event()
        server.publisher = Publisher(f"http://127.0.0.1:{server.server_port}", ended)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield server.publisher
        finally:
            ended.set()
            server.shutdown()
