"""OpenStreetMap's query service, played by this machine: in part, busy, empty, out of reach."""

from __future__ import annotations

import gc
import json
import socket
import warnings

import pytest

from factories.publisher import OVERPASS, published
from siteprior.core.errors import InputError
from siteprior.sources.fetch.overpass import download_streets, reach
from sources.fetch.publisher_server import Answer


@pytest.fixture(autouse=True)
def sockets_of_refused_answers():
    """Collect the sockets osmnx leaves behind when it raises: whenever they were collected, a warning would come."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def overpass(monkeypatch):
    import osmnx

    with published(monkeypatch) as server:
        monkeypatch.setattr(osmnx.settings, "overpass_url", server.url)
        yield server


@pytest.fixture
def somewhere():
    import shapely

    return shapely.box(406000, 286000, 408000, 288000)


def test_an_answer_in_part_is_no_answer(overpass, tmp_path, somewhere):
    overpass.overpass = json.dumps({**OVERPASS, "remark": 'runtime error: Query timed out in "recurse"'})
    (tmp_path / "a.graphml").write_text("earlier")
    with pytest.raises(InputError, match="ran out of time or memory and answered in part; take a smaller study area"):
        download_streets(somewhere, tmp_path / "a.graphml")
    assert (tmp_path / "a.graphml").read_text() == "earlier"


def test_a_busy_service_is_asked_again_but_not_for_ever(overpass, tmp_path, somewhere, monkeypatch):
    import time

    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    overpass.busy = 5
    download_streets(somewhere, tmp_path / "a.graphml")
    overpass.busy = 6
    with pytest.raises(InputError, match="the query service is busy; try again in an hour; or take an extract by hand"):
        download_streets(somewhere, tmp_path / "b.graphml")


def test_a_place_without_ways_is_reported(overpass, tmp_path, somewhere):
    overpass.overpass = json.dumps({"elements": []})
    with pytest.raises(InputError, match=r"OpenStreetMap: the download failed .* or take an extract by hand"):
        download_streets(somewhere, tmp_path / "a.graphml")
    assert list(tmp_path.iterdir()) == []


def test_a_service_out_of_reach_is_reported_at_once_and_asks_no_third_party(tmp_path, somewhere, monkeypatch):
    import osmnx

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(osmnx.settings, "overpass_url", f"http://127.0.0.1:{taken.getsockname()[1]}")
    with pytest.raises(InputError, match=r"OpenStreetMap: .*/status: the server cannot be reached; behind a proxy"):
        download_streets(somewhere, tmp_path / "a.graphml")


def test_a_service_in_reach_is_silent_and_a_faulty_one_reported(server):
    server.file("/status", b"ready")
    reach(f"{server.url}/status")
    server.status("/status", 504)
    with pytest.raises(InputError, match="HTTP 504"):
        reach(f"{server.url}/status")


@pytest.fixture
def query_service(server, monkeypatch, tmp_path):
    """A query service that keeps the headers it is asked with, on a desk with credentials for every host."""
    import osmnx

    path = tmp_path / "netrc"
    path.write_text("default login analyst password s3cret\n", encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))
    monkeypatch.setattr(osmnx.settings, "overpass_url", server.url)
    monkeypatch.setattr(osmnx.settings, "overpass_rate_limit", False)
    server.file("/status", b"ready")
    return server


def test_no_credentials_are_sent_to_the_query_service(query_service, tmp_path, somewhere):
    body = json.dumps(OVERPASS).encode()
    query_service.plays["/interpreter"] = lambda _: Answer(200, body, {"Content-Type": "application/json"})
    download_streets(somewhere, tmp_path / "a.graphml")
    assert query_service.paths() == ["/status", "/interpreter"]
    assert [each.headers.get("authorization") for each in query_service.asked] == [None, None]


@pytest.mark.parametrize("path", ["/status", "/interpreter"])
def test_a_query_service_that_sends_on_is_not_followed(path, query_service, tmp_path, somewhere):
    query_service.redirect(path, f"{query_service.url}/elsewhere", status=307)
    with pytest.raises(InputError, match="the query service sends on to another address; name that one with --mirror"):
        download_streets(somewhere, tmp_path / "a.graphml")
    assert "/elsewhere" not in query_service.paths()
    assert not (tmp_path / "a.graphml").exists()
