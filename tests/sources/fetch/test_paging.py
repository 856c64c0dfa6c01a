"""Paged services, by themselves: queries, counts, links, coordinate systems in headers."""

from __future__ import annotations

import json

import pytest

from siteprior.project.datasets import Dataset
from siteprior.sources.fetch.client import Client, Refused
from siteprior.sources.fetch.paging import Paged, read_pages, with_query
from sources.fetch.publisher_server import Answer, points

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def read(server, tmp_path):
    def read(path, paging, name="a.geojson", headers=None, steps=None, limit=10**9, **facts):
        dataset = Dataset(id="a", title="A", paging=paging, **facts)
        with Client() as client:
            return read_pages(
                client, dataset, server.url + path, tmp_path / name, headers=headers or {},
                step=lambda number, total=None: (steps if steps is not None else []).append((number, total)),
                limit=limit,
            )  # fmt: skip

    return read


def test_a_query_is_added_to_or_replaced_in_letters_of_any_case():
    assert (
        with_query("https://a.org/q?Where=a%20b&f=json", where="1=1", n=2) == "https://a.org/q?f=json&where=1%3D1&n=2"
    )
    assert with_query("https://a.org/q", bbox="1,2", crs="EPSG:27700") == "https://a.org/q?bbox=1,2&crs=EPSG:27700"


def test_pages_are_counted_as_they_come(read, server):
    server.arcgis("/q", points(25), page=10)
    steps = []
    assert read("/q?f=geojson", "arcgis", steps=steps, largest_page=7) == Paged(25, 25)
    assert steps == [(7, 25), (7, 25), (7, 25), (4, 25)]


def test_a_service_that_does_not_count_is_read_until_its_links_end(read, server):
    pages = {"/q": ["/q2", 1], "/q2": ["", 2]}
    for path, (onward, number) in pages.items():
        body = {"features": [{"type": "Feature", "id": number, "properties": {}, "geometry": None}], "next": onward}
        server.plays[path] = lambda _, body=body: Answer(200, json.dumps(body).encode(), JSON)
    assert read("/q", "next") == Paged(2, None)


def test_a_service_that_neither_counts_nor_sends_anything_is_refused(read, server):
    server.plays["/q"] = lambda _: Answer(200, b'{"features": []}', JSON)
    with pytest.raises(Refused, match="sent no record and does not say that it has none"):
        read("/q", "next")


def test_the_coordinate_system_of_the_header_stands_in_the_file(read, server, tmp_path):
    server.ogc_features("/items", points(3), page=10)
    play = server.plays["/items"]
    crs = "<http://www.opengis.net/def/crs/EPSG/0/27700>"
    server.plays["/items"] = lambda asked: play(asked)._replace(headers={**JSON, "Content-Crs": crs})
    read("/items?f=json", "ogc_features")
    assert json.loads((tmp_path / "a.geojson").read_text())["crs"]["properties"]["name"] == "EPSG:27700"


def test_no_key_goes_to_another_host(read, server):
    other = server.url.replace("127.0.0.1", "localhost")
    first = {"features": points(1), "links": {"next": f"{other}/more"}}
    server.plays["/q"] = lambda _: Answer(200, json.dumps(first).encode(), JSON)
    server.plays["/more"] = lambda _: Answer(200, json.dumps({"features": points(2)[1:]}).encode(), JSON)
    assert read("/q", "next", headers={"X-Key": "s3cret"}).records == 2
    assert [each.headers.get("x-key") for each in server.asked] == ["s3cret", None]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"[]", "JSON without a list of records"),
        (b'{"a": 1}', "JSON without a list of records"),
        (b"{", "no JSON"),
        (b'{"error": "down"}', "reports a fault: down"),
        (b'{"features": [], "links": {"next": "http://example.org/a"}}', "no https address"),
    ],
)
def test_what_is_no_page_is_refused(body, says, read, server):
    server.plays["/q"] = lambda _: Answer(200, body, JSON)
    with pytest.raises(Refused, match=says):
        read("/q", "next")


def test_a_count_that_is_none_is_a_fault_of_the_service(read, server):
    server.plays["/q"] = lambda _: Answer(200, b'{"features": []}', JSON)
    with pytest.raises(Refused, match="does not say how many features"):
        read("/q", "arcgis")


def test_a_service_that_passes_over_which_page_is_asked_for_is_refused(read, server):
    page = {"features": [{"attributes": {"name": "a"}}], "exceededTransferLimit": True}
    server.plays["/q"] = lambda asked: Answer(
        200, json.dumps({"count": 3} if "returnCountOnly" in asked.path else page).encode(), JSON
    )
    with pytest.raises(Refused, match="sent the same page twice"):
        read("/q?f=json", "arcgis", name="a.csv")
    assert len(server.asked) == 3


@pytest.mark.parametrize("paging", ["arcgis", "next", "wfs", "ogc_features"])
def test_no_more_of_a_page_is_read_than_may_be_written(paging, read, server):
    body = b'{"count": 1, "features": [' + b" " * 2000 + b"]}"
    server.plays["/q"] = lambda _: Answer(200, body, JSON)
    with pytest.raises(Refused, match=r"the answer is larger than 1e-06 GB"):
        read("/q", paging, limit=1000)
