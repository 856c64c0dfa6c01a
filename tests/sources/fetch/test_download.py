"""Downloads from a server of this machine: whole or not at all, checked, and every fault told with what to do."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import threading

import pytest

from siteprior.core.errors import InputError, OutputError
from siteprior.core.files import sha256_of
from siteprior.sources.fetch.download import download
from siteprior.sources.fetch.receive import Arrival

STOPS = b"ATCOCode,CommonName\n43000100101,High Street\n" * 5000
HASH = hashlib.sha256(STOPS).hexdigest()


class Answer(http.server.BaseHTTPRequestHandler):
    """A publisher's server with all its moods."""

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path.startswith("/status/"):
            self.send_error(int(path.rpartition("/")[2]))
        elif path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.server.onward[path.removeprefix("/to/")])
            self.end_headers()
        elif path == "/cut.csv":
            self.send_response(200)
            self.send_header("Content-Length", str(len(STOPS)))
            self.end_headers()
            self.wfile.write(STOPS[:1000])
        elif path == "/part.csv":
            self.send_response(206)
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(STOPS[:1000])
        elif path == "/drip.csv":
            self.send_response(200)
            self.end_headers()
            while not self.server.ended.wait(0.02):
                self.wfile.write(b"a")
                self.wfile.flush()
        elif path == "/endless.csv":  # says nothing of its size
            self.send_response(200)
            self.end_headers()
            self.wfile.write(STOPS)
        else:
            kind, body = {
                "/stops.csv": ("text/csv", STOPS),
                "/empty.csv": ("text/csv", b""),
                "/shouted": ("TEXT/HTML", b"<HTML>Please sign in</HTML>"),
                "/xhtml": ("application/xhtml+xml", b"<?xml version='1.0'?><html/>"),
                "/page.csv": ("text/csv", b"\xef\xbb\xbf\n <!-- x --><!DOCTYPE html><p>Sign in"),
                "/page16.csv": ("text/csv", "<html>".encode("utf-16")),
                "/fault.csv": ("text/csv", b'{"error": "no such layer"}'),
                "/fault.geojson": ("application/geo+json", b'{"error": {"code": 400, "message": "no"}}'),
                "/empty.geojson": ("application/geo+json", b'{"type": "FeatureCollection", "features": []}'),
                "/odd.csv": ("text/csv", b"{a},b\n1,2\n"),
                "/login": ("text/html; charset=utf-8", b"<html>Please sign in</html>"),
                "/page.zip": ("application/octet-stream", b"<html>Please sign in</html>"),
                "/stops.csv.gz": ("application/gzip", gzip.compress(STOPS, mtime=0)),
            }[path]
            self.server.asked.append(self.headers)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        server.asked, server.ended = [], threading.Event()
        server.url = f"http://127.0.0.1:{server.server_port}"
        server.onward = {
            "stops": f"{server.url}/stops.csv",
            "plain": "http://example.org/stops.csv?key=secret",
            "disk": "file:///etc/passwd",
            "bracket": "http://[",
            "nowhere": "https://",
            "port": "https://example.org:99999999/a",
            "circle": f"{server.url}/to/circle",
            "key": "http://me:secret@example.org/a?token=secret",
        }
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.ended.set()
        server.shutdown()


@pytest.mark.parametrize("path", ["/stops.csv", "/to/stops", "/endless.csv"])
def test_a_file_arrives_whole_with_its_size_and_hash(path, server, tmp_path):
    target = tmp_path / "new" / "stops.csv"
    assert download(server.url + path, target, sha256=HASH.upper()) == Arrival(len(STOPS), HASH)
    assert target.read_bytes() == STOPS
    assert sha256_of(target) == HASH
    assert [p.name for p in target.parent.iterdir()] == ["stops.csv"]


def test_a_packed_file_is_kept_packed(server, tmp_path):
    download(f"{server.url}/stops.csv.gz", tmp_path / "stops.csv.gz")
    assert gzip.decompress((tmp_path / "stops.csv.gz").read_bytes()) == STOPS
    assert server.asked[0]["Accept-Encoding"] == "identity"


def test_progress_is_reported_up_to_the_size_announced(server, tmp_path):
    told = []
    download(f"{server.url}/stops.csv", tmp_path / "a.csv", progress=lambda *given: told.append(given))
    assert told[-1] == (len(STOPS), len(STOPS))
    assert [so_far for so_far, _ in told] == sorted(so_far for so_far, _ in told)
    assert len(told) > 1


@pytest.mark.parametrize(
    ("path", "name", "says"),
    [
        ("/status/404", "a.csv", "HTTP 404: there is no such file on the server; look up the new address"),
        ("/status/403", "a.csv", "HTTP 403: the server refuses access; the data may need registration"),
        ("/status/401", "a.csv", "HTTP 401: the server wants a login"),
        ("/status/500", "a.csv", "HTTP 500: the server has a fault; try again later"),
        ("/to/plain", "a.csv", "the server redirects to http://example.org/stops.csv, which is not https"),
        ("/to/disk", "a.csv", "the server redirects to file:///etc/passwd, which is not https"),
        ("/cut.csv", "a.csv", "the download broke off; fetch again"),
        ("/empty.csv", "a.csv", "the file that came is empty"),
        ("/login", "a.csv", "a web page came instead of the file: a login"),
        ("/page.zip", "a.zip", "a web page came instead"),
        ("/page.zip", "a.gpkg", "a web page came instead"),
        ("/stops.csv", "a.zip", "what came is no .zip file"),
        ("/stops.csv", "a.tif", "what came is no .tif file"),
        ("/shouted", "a.csv", "a web page came instead"),
        ("/xhtml", "a.csv", "a web page came instead"),
        ("/page.csv", "a.csv", "a web page came instead"),
        ("/page16.csv", "a.csv", "a web page came instead"),
        ("/fault.csv", "a.csv", "JSON came instead of the table"),
        ("/fault.geojson", "a.geojson", "the message of a fault (JSON)"),
        ("/part.csv", "a.csv", "a part of the file only (HTTP 206)"),
        ("/to/bracket", "a.csv", "the server redirects to "),
        ("/to/nowhere", "a.csv", "the server redirects to "),
        ("/to/port", "a.csv", "the server redirects to "),
        ("/to/circle", "a.csv", "the server sends on and on in a circle"),
        ("/to/key", "a.csv", "the server redirects to "),
    ],
)
def test_what_is_not_the_file_is_reported_and_the_earlier_file_stays(path, name, says, server, tmp_path):
    target = tmp_path / name
    target.write_text("earlier")
    with pytest.raises(InputError) as raised:
        download(server.url + path, target)
    (sentence,) = raised.value.faults
    assert sentence.startswith(f"{server.url}{path}: ")
    assert says in sentence
    assert sentence.endswith(f"or download it by hand to {target}")
    assert "secret" not in sentence
    assert target.read_text() == "earlier"
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_another_hash_than_the_stated_is_reported_with_both_ways_out(server, tmp_path):
    with pytest.raises(InputError, match=f"has the SHA-256 {HASH}, not the one stated; if the publisher has a newer"):
        download(f"{server.url}/stops.csv", tmp_path / "a.csv", sha256="0" * 64)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/stops.csv", "/endless.csv"])
def test_a_file_beyond_the_bound_is_refused_whether_announced_or_not(path, server, tmp_path):
    with pytest.raises(InputError, match=r"larger than 0\.0001 GB; if that is right, raise --max-gb"):
        download(server.url + path, tmp_path / "a.csv", largest_bytes=100_000)
    assert list(tmp_path.iterdir()) == []
    assert download(server.url + path, tmp_path / "a.csv", largest_bytes=len(STOPS)).bytes == len(STOPS)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/a.csv",
        "ftp://example.org/a",
        "file:///etc/passwd",
        "https://u:p@example.org/a",
        "https:///a",
    ],
)
def test_only_https_is_asked(url, tmp_path):
    with pytest.raises(InputError, match="only https addresses without a password are fetched"):
        download(url, tmp_path / "a.csv")


def nobody_home():
    """An address of this machine where nothing listens."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_server_out_of_reach_brings_the_hint_to_the_proxy(tmp_path):
    url = nobody_home()
    with pytest.raises(InputError, match="the server cannot be reached; behind a proxy set HTTPS_PROXY"):
        download(f"{url}/a.csv", tmp_path / "a.csv")


def test_a_proxy_out_of_reach_is_named_as_such(tmp_path, monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, nobody_home())
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InputError, match="the proxy cannot be reached or refuses"):
        download("https://example.org/a.csv", tmp_path / "a.csv")


def test_a_certificate_nobody_knows_is_reported(tmp_path, monkeypatch):
    import requests

    def refuse(*_, **__):
        raise requests.exceptions.SSLError("self-signed certificate in certificate chain")

    monkeypatch.setattr(requests.Session, "get", refuse)
    with pytest.raises(InputError, match="certificate is not trusted; behind a proxy set HTTPS_PROXY, and REQUESTS_CA"):
        download("https://example.org/a.csv", tmp_path / "a.csv")


def test_silence_is_reported(tmp_path, monkeypatch):
    import requests

    def wait(*_, timeout, **__):
        assert timeout == (20, 120)
        raise requests.exceptions.ReadTimeout("read timed out")

    monkeypatch.setattr(requests.Session, "get", wait)
    with pytest.raises(InputError, match="did not answer in time"):
        download("https://example.org/a.csv", tmp_path / "a.csv")


def test_a_full_disk_is_the_disks_fault(server, tmp_path, monkeypatch):
    from siteprior.sources.fetch import receive as module

    def full(self, response):
        response.close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.Taking, "_take", full)
    with pytest.raises(OutputError, match=r"could not be written \(No space left on device\)"):
        download(f"{server.url}/stops.csv", tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("path", "name"), [("/empty.geojson", "a.geojson"), ("/odd.csv", "a.csv")])
def test_what_only_looks_like_a_fault_is_taken(path, name, server, tmp_path):
    assert download(server.url + path, tmp_path / name).bytes > 0


def test_a_server_that_drips_is_given_up_and_the_earlier_file_stays(server, tmp_path, monkeypatch):
    from siteprior.sources.fetch import receive as module

    read = module.load_parameters

    class Short:
        def number(self, name):
            return 0.3 if name == "whole_timeout_s" else read("fetch").number(name)

    monkeypatch.setattr(module, "load_parameters", lambda _: Short())
    (tmp_path / "a.csv").write_text("earlier")
    with pytest.raises(InputError, match=r"did not come whole in the time .* or download it by hand"):
        download(f"{server.url}/drip.csv", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "earlier"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_a_key_in_the_address_is_in_no_message(server, tmp_path):
    with pytest.raises(InputError) as raised:
        download(f"{server.url}/status/404?key=s3cret&format=csv", tmp_path / "a.csv")
    assert "s3cret" not in str(raised.value)
    assert "format=csv" in str(raised.value)
