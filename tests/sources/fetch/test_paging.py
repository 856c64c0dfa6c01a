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
    assert read("/q", "next") == Paged(2, None, without_shape=2)


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


def endless(server, page, *, key="features", **more):
    """Lay out a service each of whose pages names a next one; ``page`` gives the records of each by its number."""

    def play(asked):
        at = int(asked.path.partition("at=")[2].partition("&")[0] or 0)
        return Answer(200, json.dumps({key: page(at), "next": f"/q?at={at + 1}", **more}).encode(), JSON)

    server.plays["/q"] = play


@pytest.mark.parametrize("paging", ["next", "ogc_features"])
@pytest.mark.parametrize("counted", [{}, {"numberMatched": 50}])
def test_pages_without_a_record_are_not_followed_for_ever(counted, paging, read, server):
    endless(server, lambda at: points(2) if at == 0 else [], **counted)
    with pytest.raises(Refused, match="sent 4 pages without a record one after another and names a next one each time"):
        read("/q", paging)
    assert len(server.asked) == 5


def test_a_few_pages_without_a_record_are_passed_over(read, server):
    last = {"features": [{**each, "id": 9} for each in points(1)]}
    endless(server, lambda at: points(1) if at == 0 else [])
    going = server.plays["/q"]
    server.plays["/q"] = lambda asked: (
        Answer(200, json.dumps(last).encode(), JSON) if "at=4" in asked.path else going(asked)
    )
    assert read("/q", "next").records == 2
    assert len(server.asked) == 5


def test_more_records_than_a_service_counts_are_not_read_on(read, server):
    endless(server, lambda at: [{**each, "id": at} for each in points(1)], numberMatched=3)
    with pytest.raises(Refused, match="says it has 3 records and sends more"):
        read("/q", "next")
    assert len(server.asked) == 4


@pytest.mark.parametrize(("name", "without"), [("a.geojson", 3), ("a.gpkg", 3), ("a.csv", 3), ("a.json", 3)])
def test_features_without_a_shape_are_counted(name, without, read, server, tmp_path):
    features = points(10)
    for each, shape in zip(features, [None, {"type": "Point", "coordinates": []}, {}], strict=False):
        each["geometry"] = shape
    server.arcgis("/q", features, page=4)
    assert read("/q?f=geojson", "arcgis", name=name) == Paged(10, 10, without)


def test_a_table_misses_no_shapes(read, server):
    server.arcgis("/q", points(10), page=4)
    assert read("/q?f=json&returnGeometry=false", "arcgis", name="a.csv") == Paged(10, 10, 0)


def test_records_that_are_none_are_not_left_out_in_silence(read, server):
    server.plays["/q"] = lambda _: Answer(200, b'{"results": [{"a": 1}, null, 7]}', JSON)
    with pytest.raises(Refused, match="a list of records of which some are none"):
        read("/q", "next", name="a.json")


def test_the_next_page_may_not_lie_where_less_than_https_is_spoken(read, server, tmp_path):
    from siteprior.sources.fetch.paging import _Asks, _followed

    with Client() as client:
        with pytest.raises(Refused, match="no https address"):
            _followed(_Asks(client, {}, 9), "https://data.example.org/q", "http://localhost:8/q")
        assert _followed(_Asks(client, {}, 9), f"{server.url}/q", "/r") == f"{server.url}/r"
