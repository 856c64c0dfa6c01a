"""siteprior fetch against every publisher's shape: what comes, what is refused, and what lies there afterwards."""

from __future__ import annotations

import hashlib
import json

import pytest

from siteprior.sources.fetch.fetch import FetchError, fetch
from siteprior.sources.fetch.lock import read_lock
from sources.fetch.desk import HOST, case_of
from sources.fetch.publisher_server import points, zipped

TABLE = b"code,name\n" + b"".join(b"%d,place %d\n" % (at, at) for at in range(20_000))
QUERY = "/server/rest/services/Places/FeatureServer/0/query?where=1%3D1&outFields=*&outSR=27700&f=geojson"


def lock_of(desk):
    return read_lock(desk.data / "sources.lock")


def refused(project, server, says, **more):
    """Fetch, expect one fault that names the address, the page and the path, and return the row."""
    with pytest.raises(FetchError) as raised:
        fetch(project, mirror=server.url, **more)
    (sentence,) = raised.value.faults
    row = case_of(raised.value.table)
    assert row["status"] == "failed"
    assert says in sentence
    assert sentence.startswith(f"https://{HOST}/")
    assert f"download it by hand from https://{HOST}/page (A case) to " in sentence
    assert sentence.endswith(str(project.parent / row["path"]))
    return row


def comes(desk, project, server, body, **more):
    """Fetch, expect the file whole, and return the row."""
    row = case_of(fetch(project, mirror=server.url, **more))
    assert (row["status"], row["bytes"], row["licence"]) == ("fetched", len(body), "OGL v3")
    target = desk.data / row["path"]
    assert target.read_bytes() == body
    assert row["sha256"] == hashlib.sha256(body).hexdigest()
    assert desk.names() == [target.name]
    locked = lock_of(desk)[row["path"]]
    assert (locked.sha256, locked.bytes, locked.dataset) == (row["sha256"], len(body), "own_case")
    assert locked.fetched.endswith("Z")
    return row


# --- files --------------------------------------------------------------------------------------------------------


def test_a_file_comes_and_the_lock_says_what_it_was(desk, server):
    server.file("/a.csv", TABLE, etag='"1"', modified="Mon, 23 Nov 2026 08:00:00 GMT")
    row = comes(desk, desk.project("a.csv", "/a.csv"), server, TABLE)
    assert row["url"] == f"https://{HOST}/a.csv"  # where it comes from, whoever was asked
    locked = lock_of(desk)["case/a.csv"]
    assert (locked.address, locked.licence, locked.etag) == (f"https://{HOST}/a.csv", "OGL v3", '"1"')
    assert locked.vintage == "2026-11-23"
    assert server.paths() == ["/a.csv"]


def test_a_redirect_is_followed_and_the_mirror_asked_there_too(desk, server):
    server.redirect("/old.csv", "https://other.example.org/new.csv")
    server.file("/new.csv", TABLE)
    comes(desk, desk.project("a.csv", "/old.csv"), server, TABLE)
    assert server.paths() == ["/old.csv", "/new.csv"]


def test_the_host_may_stand_in_the_path_of_the_mirror(desk, server):
    server.file(f"/{HOST}/a.csv", TABLE)
    row = case_of(fetch(desk.project("a.csv", "/a.csv"), mirror=f"{server.url}/{{host}}"))
    assert row["status"] == "fetched"


def test_a_mirror_in_the_environment_is_asked(desk, server, monkeypatch):
    monkeypatch.setenv("SITEPRIOR_MIRROR", server.url)
    server.file("/a.csv", TABLE)
    assert case_of(fetch(desk.project("a.csv", "/a.csv")))["status"] == "fetched"


@pytest.mark.parametrize("known", [{"etag": '"1"'}, {"modified": "Mon, 23 Nov 2026 08:00:00 GMT"}])
def test_a_refresh_asks_whether_the_file_changed_and_leaves_it_where_not(known, desk, server, fetch_cache):
    import shutil

    server.file("/a.csv", TABLE, **known)
    project = desk.project("a.csv", "/a.csv")
    comes(desk, project, server, TABLE)
    for _ in ("by the cache", "by the lock"):
        row = case_of(fetch(project, mirror=server.url, refresh=True))
        assert (row["status"], row["bytes"]) == ("unchanged", len(TABLE))
        assert {"if-none-match", "if-modified-since"} & set(server.asked[-1].headers)
        shutil.rmtree(fetch_cache)
        fetch_cache.mkdir()
    assert lock_of(desk)["case/a.csv"].sha256 == row["sha256"]


def test_changed_content_replaces_the_file_on_refresh_alone(desk, server):
    server.file("/a.csv", TABLE, etag='"1"')
    project = desk.project("a.csv", "/a.csv")
    comes(desk, project, server, TABLE)
    server.file("/a.csv", TABLE + b"new,row\n", etag='"2"')
    assert case_of(fetch(project, mirror=server.url))["status"] == "present"
    assert len(server.asked) == 1
    comes(desk, project, server, TABLE + b"new,row\n", refresh=True)
    assert lock_of(desk)["case/a.csv"].etag == '"2"'


def test_a_file_that_was_deleted_comes_from_the_cache_if_it_is_still_the_newest(desk, server):
    server.file("/a.csv", TABLE, etag='"1"')
    project = desk.project("a.csv", "/a.csv")
    comes(desk, project, server, TABLE)
    (desk.cases / "a.csv").unlink()
    comes(desk, project, server, TABLE)
    assert server.asked[-1].headers["if-none-match"] == '"1"'


def test_a_changed_cache_is_not_trusted(desk, server, fetch_cache):
    server.file("/a.csv", TABLE, etag='"1"')
    project = desk.project("a.csv", "/a.csv")
    comes(desk, project, server, TABLE)
    (desk.cases / "a.csv").unlink()
    (kept,) = (fetch_cache / "downloads").glob("*-a.csv")
    kept.write_bytes(b"spoilt")
    comes(desk, project, server, TABLE)


def test_what_is_packed_in_transit_is_unpacked(desk, server):
    server.gzip("/a.csv", TABLE)
    comes(desk, desk.project("a.csv", "/a.csv"), server, TABLE)


def test_a_gzip_file_is_unpacked_where_the_path_is_of_a_plain_one(desk, server):
    import gzip

    server.file("/a.csv.gz", gzip.compress(TABLE), kind="application/gzip")
    comes(desk, desk.project("a.csv", "/a.csv.gz"), server, TABLE)


def test_a_packed_tar_is_no_table(desk, server):
    import io
    import tarfile

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo("a.csv")
        member.size = len(TABLE)
        archive.addfile(member, io.BytesIO(TABLE))
    server.file("/a.tar.gz", packed.getvalue(), kind="application/gzip")
    refused(desk.project("a.csv", "/a.tar.gz"), server, "a tar archive came instead of a .csv file")
    assert desk.names() == []


def test_a_zip_in_a_zip_gives_the_member_that_is_wanted(desk, server):
    inner = zipped({"Land.gml": TABLE, "readme.txt": b"x"})
    server.file("/a.zip", zipped({"one/inner.zip": inner, "notes.pdf": b"x"}), kind="application/zip")
    comes(desk, desk.project("a.gml", "/a.zip", member="*.zip!*.gml"), server, TABLE)


def test_a_zip_that_the_project_names_stays_a_zip(desk, server):
    body = zipped({"a.csv": TABLE})
    server.file("/a.zip", body, kind="application/zip")
    comes(desk, desk.project("a.zip", "/a.zip", member="*.csv"), server, body)


def test_a_slow_server_is_waited_for(desk, server):
    server.file("/a.csv", b"code\n1\n")
    server.drip("/a.csv", seconds=0.005)
    comes(desk, desk.project("a.csv", "/a.csv"), server, b"code\n1\n")


def test_a_cut_connection_is_taken_up_where_it_broke_off(desk, server, waits):
    server.file("/a.csv", TABLE, etag='"1"')
    server.cut("/a.csv", 1 << 16, times=2)
    comes(desk, desk.project("a.csv", "/a.csv"), server, TABLE)
    ranges = [asked.headers.get("range") for asked in server.asked]
    assert ranges == [None, "bytes=65536-", "bytes=131072-"]
    assert [asked.headers.get("if-range") for asked in server.asked] == [None, '"1"', '"1"']
    assert len(waits) == 2


def test_a_cut_download_goes_on_in_the_next_fetch(desk, server):
    server.file("/a.csv", TABLE, etag='"1"')
    complete = server.plays["/a.csv"]
    server.cut("/a.csv", 1 << 14)
    project = desk.project("a.csv", "/a.csv")
    refused(project, server, "the download broke off")
    assert desk.names() == []
    tries = len(server.asked)
    server.plays["/a.csv"] = complete
    comes(desk, project, server, TABLE)
    assert server.asked[tries].headers["range"] == f"bytes={(1 << 14) * tries}-"


def test_a_file_that_changed_between_is_not_mixed(desk, server):
    server.file("/a.csv", TABLE, etag='"1"')
    server.cut("/a.csv", 1 << 14)
    project = desk.project("a.csv", "/a.csv")
    refused(project, server, "the download broke off")
    server.file("/a.csv", TABLE[::-1], etag='"2"')
    comes(desk, project, server, TABLE[::-1])


def test_without_a_name_of_the_edition_a_cut_download_begins_anew(desk, server):
    server.file("/a.csv", TABLE)
    server.cut("/a.csv", 70_000, times=1)
    comes(desk, desk.project("a.csv", "/a.csv"), server, TABLE)
    assert [asked.headers.get("range") for asked in server.asked] == [None, None]


def test_a_wrong_length_is_no_file(desk, server):
    server.wrong_length("/a.csv", TABLE, len(TABLE) + 5)
    refused(desk.project("a.csv", "/a.csv"), server, "the download broke off")
    assert desk.names() == []


def test_a_web_page_with_status_200_is_no_table(desk, server):
    server.page("/a.csv")
    refused(desk.project("a.csv", "/a.csv"), server, "a web page came instead of the file")
    assert desk.names() == []


@pytest.mark.parametrize(
    ("status", "says"), [(404, "HTTP 404: there is no such file"), (410, "HTTP 410"), (403, "HTTP 403")]
)
def test_a_dead_address_names_the_page_and_the_path_where_a_file_placed_by_hand_is_accepted(
    status, says, desk, server, waits
):
    server.status("/a.csv", status)
    project = desk.project("a.csv", "/a.csv")
    row = refused(project, server, says)
    assert (len(server.asked), waits) == (1, [])  # asked once: asking again would not help
    desk.cases.mkdir()
    (desk.data / row["path"]).write_bytes(TABLE)
    placed = case_of(fetch(project, mirror=server.url))
    assert (placed["status"], placed["note"]) == ("present", "placed by hand")
    assert len(server.asked) == 1
    locked = lock_of(desk)[row["path"]]
    assert (locked.address, locked.fetched, locked.bytes) == ("", "placed by hand", len(TABLE))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<!doctype html><p>Sign in</p>", "a web page came instead of the file"),
        (b"", "is empty"),
        (zipped({"a.csv": TABLE}), "a zip or a workbook came"),
    ],
)
def test_what_is_no_table_is_refused_also_where_it_was_placed_by_hand(body, says, desk, server):
    project = desk.project("a.csv", "/a.csv")
    desk.cases.mkdir()
    (desk.cases / "a.csv").write_bytes(body)
    with pytest.raises(FetchError) as raised:
        fetch(project, mirror=server.url)
    (sentence,) = raised.value.faults
    assert sentence.startswith("case/a.csv: the file there is not the one that is meant: ")
    assert says in sentence
    assert sentence.endswith(f"download it by hand from https://{HOST}/page (A case) to {desk.cases / 'a.csv'}")
    row = case_of(raised.value.table)
    assert (row["status"], row["bytes"], row["licence"]) == ("failed", len(body), "OGL v3")
    assert dict(lock_of(desk)) == {}
    server.file("/a.csv", TABLE)
    comes(desk, project, server, TABLE, refresh=True)


def test_too_many_requests_are_made_again_after_the_time_the_server_states(desk, server, waits):
    server.file("/a.csv", TABLE)
    server.status("/a.csv", 429, times=2, after="7")
    comes(desk, desk.project("a.csv", "/a.csv"), server, TABLE)
    assert waits == [7, 7]


def test_a_server_that_asks_for_a_long_wait_is_left_for_later(desk, server, waits):
    server.status("/a.csv", 429, after="7200")
    refused(desk.project("a.csv", "/a.csv"), server, "HTTP 429: the server is asked too often")
    assert (waits, len(server.asked)) == ([], 1)


def test_a_fault_of_the_server_is_asked_again_with_growing_waits_and_then_reported(desk, server, waits):
    server.file("/a.csv", TABLE)
    server.status("/a.csv", 503, times=3)
    project = desk.project("a.csv", "/a.csv")
    comes(desk, project, server, TABLE)
    assert waits == [0, 2, 4]
    server.status("/a.csv", 500)
    refused(project, server, "HTTP 500: the server has a fault", refresh=True)
    assert len(waits) == 3 + 4
    assert (desk.cases / "a.csv").read_bytes() == TABLE  # the earlier file stays


def test_another_hash_than_the_stated_is_refused_and_not_kept(desk, server, fetch_cache):
    server.file("/a.csv", TABLE, etag='"1"')
    project = desk.project("a.csv", "/a.csv", entry=f', sha256 = "{"0" * 64}"')
    refused(project, server, "not the one stated")
    assert desk.names() == []
    assert not [path for path in (fetch_cache / "downloads").iterdir() if path.suffix != ".lock"]


# --- services -----------------------------------------------------------------------------------------------------


def features_of(desk, name="a.geojson"):
    return json.loads((desk.cases / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("says_more", [True, False])
def test_a_feature_service_is_read_to_its_end_and_counted(says_more, desk, server):
    import geopandas as gpd

    server.arcgis(QUERY.partition("?")[0], points(25), page=10, says_more=says_more)
    project = desk.project("a.geojson", QUERY, paging="arcgis", largest_page=1000)
    row = case_of(fetch(project, mirror=server.url))
    assert row["status"] == "fetched"
    read = gpd.read_file(desk.cases / "a.geojson")
    assert (len(read), read.crs) == (25, "EPSG:27700")
    assert read["name"].tolist() == [f"point {at}" for at in range(1, 26)]
    asked = [each.path for each in server.asked]
    assert "returnCountOnly=true" in asked[0]
    assert [f"resultOffset={at}&" in path for at, path in zip((0, 10, 20), asked[1:], strict=True)] == [True] * 3
    assert case_of(fetch(project, mirror=server.url, refresh=True))["status"] == "unchanged"


@pytest.mark.parametrize(
    ("counted", "says"), [(26, "has 26 records and sent 25"), (24, "has 24 records and sends more")]
)
def test_a_feature_service_that_gives_another_number_than_it_says_has_failed(counted, says, desk, server):
    server.arcgis(QUERY.partition("?")[0], points(25), page=10, counted=counted)
    project = desk.project("a.geojson", QUERY, paging="arcgis")
    refused(project, server, says)
    assert desk.names() == []


def test_a_feature_service_that_reports_a_fault_with_status_200_has_failed(desk, server):
    server.plays["/query"] = lambda _: server_json({"error": {"code": 400, "message": "Cannot perform query."}})
    project = desk.project("a.geojson", "/query?f=geojson", paging="arcgis")
    refused(project, server, "reports a fault: Cannot perform query.")


def server_json(content):
    from sources.fetch.publisher_server import Answer

    return Answer(200, json.dumps(content).encode(), {"Content-Type": "application/json"})


def test_a_feature_that_comes_twice_is_a_service_that_changed_meanwhile(desk, server):
    server.arcgis(QUERY.partition("?")[0], [*points(10), *points(10)], page=10)
    refused(desk.project("a.geojson", QUERY, paging="arcgis"), server, "sent the record 1 twice")


def test_a_table_of_a_feature_service_is_written_as_csv(desk, server):
    address = QUERY.replace("f=geojson", "returnGeometry=false&f=json")
    server.arcgis(QUERY.partition("?")[0], points(12, area="E1"), page=5)
    fetch(desk.project("a.csv", address, paging="arcgis"), mirror=server.url)
    lines = (desk.cases / "a.csv").read_text(encoding="utf-8").splitlines()
    assert (lines[0], lines[1], len(lines)) == ("name,area", "point 1,E1", 13)


def test_an_api_with_next_links_is_read_to_its_end(desk, server):
    rows = [{"entity": at, "name": f"site {at}", "more": [1, 2]} for at in range(23)]
    server.next_links("/entity.json", rows, page=10)
    fetch(desk.project("a.csv", "/entity.json?dataset=x", paging="next", largest_page=10), mirror=server.url)
    lines = (desk.cases / "a.csv").read_text(encoding="utf-8").splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("entity,name,more", '22,site 22,"[1, 2]"', 24)
    assert len(server.asked) == 3


def test_an_api_whose_pages_end_before_its_count_has_failed(desk, server):
    server.next_links("/entity.json", points(23), page=10, key="features", counted=24)
    project = desk.project("a.geojson", "/entity.json?dataset=x", paging="next")
    refused(project, server, "says it has 24 records and sent 23")


def test_pages_that_lead_in_a_circle_are_refused(desk, server):
    server.plays["/e.json"] = lambda _: server_json({"results": [{"a": 1}], "links": {"next": "/e.json?limit=1"}})
    refused(desk.project("a.json", "/e.json?limit=1", paging="next"), server, "lead back to one that was read")


@pytest.mark.parametrize("in_pages", [True, False])
def test_a_wfs_is_read_to_its_end_and_counted(in_pages, desk, server):
    import geopandas as gpd

    server.wfs("/wfs", points(21), page=10, in_pages=in_pages)
    address = (
        "/wfs?service=WFS&version=2.0.0&request=GetFeature&typeNames=a&srsName=EPSG:27700&outputFormat=application/json"
    )
    fetch(desk.project("a.gpkg", address, paging="wfs", largest_page=10), mirror=server.url)
    read = gpd.read_file(desk.cases / "a.gpkg")
    assert (len(read), read.crs) == (21, "EPSG:27700")
    assert desk.names() == ["a.gpkg"]
    server.wfs("/wfs", points(21), page=10, counted=30, in_pages=in_pages)
    refused(desk.project("a.gpkg", address, paging="wfs"), server, "says it has 30 records and sent 21", refresh=True)
    assert len(gpd.read_file(desk.cases / "a.gpkg")) == 21


def test_a_wfs_that_reports_an_exception_is_quoted(desk, server):
    server.wfs("/wfs", points(3), page=10)
    refused(desk.project("a.geojson", "/wfs?request=Nothing", paging="wfs"), server, "reports a fault: no such request")


def test_ogc_features_are_read_by_their_links_and_counted(desk, server):
    server.ogc_features("/collections/a/items", points(21), page=10)
    fetch(desk.project("a.geojson", "/collections/a/items?f=json", paging="ogc_features"), mirror=server.url)
    assert [each["id"] for each in features_of(desk)["features"]] == list(range(1, 22))
    assert len(server.asked) == 3
    server.ogc_features("/collections/a/items", points(21), page=10, counted=22)
    project = desk.project("a.geojson", "/collections/a/items?f=json", paging="ogc_features")
    refused(project, server, "says it has 22 records and sent 21", refresh=True)


def test_an_empty_answer_that_is_counted_is_a_whole_one(desk, server):
    server.arcgis(QUERY.partition("?")[0], [], page=10)
    fetch(desk.project("a.geojson", QUERY, paging="arcgis"), mirror=server.url)
    assert features_of(desk)["features"] == []


@pytest.mark.parametrize("paging", ["arcgis", "next", "wfs", "ogc_features"])
def test_a_web_page_with_status_200_is_no_page_of_a_service(paging, desk, server):
    server.page("/query")
    refused(desk.project("a.geojson", "/query?f=geojson", paging=paging), server, "look at the address in a browser")


@pytest.mark.parametrize("etag", ["7", '"a\\r\\nX: y"'])
def test_a_spoilt_lock_stops_no_refresh(etag, desk, server, fetch_cache):
    import shutil

    server.file("/a.csv", TABLE, etag='"1"')
    project = desk.project("a.csv", "/a.csv")
    comes(desk, project, server, TABLE)
    shutil.rmtree(fetch_cache / "downloads")
    lock = desk.data / "sources.lock"
    text = lock.read_text(encoding="utf-8")
    spoilt = "\n".join(f"etag = {etag}" if line.startswith("etag") else line for line in text.splitlines())
    lock.write_text(spoilt, encoding="utf-8")
    assert case_of(fetch(project, mirror=server.url, refresh=True))["status"] == "unchanged"
    assert "if-none-match" not in server.asked[-1].headers
    assert lock_of(desk)["case/a.csv"].etag == '"1"'


def test_a_folder_in_the_place_of_the_lock_is_refused_before_anything_is_asked(desk, server):
    from siteprior.core.errors import InputError

    server.file("/a.csv", TABLE)
    (desk.data / "sources.lock").mkdir()
    with pytest.raises(InputError, match=r"sources\.lock: is a folder"):
        fetch(desk.project("a.csv", "/a.csv"), mirror=server.url)
    assert (server.asked, desk.names()) == ([], [])


@pytest.mark.parametrize("path", ["../sources.lock", "../Sources.LOCK", "link.csv"])
def test_the_lock_is_no_place_for_a_file(path, desk, server):
    from siteprior.core.errors import ProjectError

    server.file("/a.csv", TABLE)
    lock = desk.data / "sources.lock"
    lock.write_text("", encoding="utf-8")
    desk.cases.mkdir()
    (desk.cases / "link.csv").hardlink_to(lock)
    with pytest.raises(ProjectError, match=r"is sources\.lock, which fetch itself writes"):
        fetch(desk.project(path, "/a.csv"), mirror=server.url, refresh=True)
    assert server.asked == []
    assert lock.read_bytes() == b""


def test_two_data_roots_of_a_folder_have_entries_of_their_own(desk, server, monkeypatch):
    server.file("/a.csv", TABLE)
    project = desk.project("a.csv", "/a.csv")
    fetch(project, mirror=server.url)
    own = lock_of(desk)["case/a.csv"]
    text = project.read_text(encoding="utf-8")
    assert 'data_root = "."' in text
    other = desk.data / "other.toml"
    other.write_text(text.replace('data_root = "."', 'data_root = "other"'), encoding="utf-8")
    server.file("/a.csv", TABLE + b"new,row\n")
    assert case_of(fetch(other, mirror=server.url, refresh=True))["status"] == "fetched"
    assert (desk.data / "other/case/a.csv").read_bytes() == TABLE + b"new,row\n"
    lock = lock_of(desk)
    assert lock["case/a.csv"] == own
    assert lock["other/case/a.csv"].bytes == len(TABLE) + 8
    monkeypatch.setenv("SITEPRIOR_DATA_ROOT", str(desk.data / "other"))  # the very same file, so its address stays
    assert case_of(fetch(other, mirror=server.url))["note"] == ""
    assert lock_of(desk)["$SITEPRIOR_DATA_ROOT/case/a.csv"] == lock["other/case/a.csv"]


def test_a_file_put_in_the_place_of_a_fetched_one_names_the_address_it_loses(desk, server):
    server.file("/a.csv", TABLE)
    project = desk.project("a.csv", "/a.csv")
    fetch(project, mirror=server.url)
    (desk.cases / "a.csv").write_bytes(b"a,b\n1,2\n")
    note = case_of(fetch(project, mirror=server.url))["note"]
    came = f"not the file that sources.lock named, which came from https://{HOST}/a.csv"
    assert note == f"placed by hand: {came}"


def test_a_spoilt_entry_is_named_before_anything_is_asked(desk, server):
    from siteprior.core.errors import InputError

    server.file("/a.csv", TABLE)
    project = desk.project("a.csv", "/a.csv")
    fetch(project, mirror=server.url)
    lock, asked = desk.data / "sources.lock", len(server.asked)
    text = lock.read_text(encoding="utf-8").replace("address =", "adress =")
    lock.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r'sources\.lock: \[files\."case/a\.csv"\]: has no address'):
        fetch(project, mirror=server.url, refresh=True)
    assert (len(server.asked), lock.read_text(encoding="utf-8")) == (asked, text)


def test_features_without_a_shape_are_stated_and_stand_in_the_lock(desk, server, capsys):
    from siteprior import cli

    features = points(5)
    features[2]["geometry"] = None
    server.arcgis(QUERY.partition("?")[0], features, page=2)
    project = desk.project("a.geojson", QUERY, paging="arcgis")
    says = "1 of its features came without a shape"
    for status in ("fetched", "present"):
        assert cli.main(["fetch", str(project), "--mirror", server.url, "--quiet"]) == 0
        printed = capsys.readouterr().out
        assert f"{status} postcodes: case/a.geojson" in printed
        assert f"\n        {says}" in printed
        assert lock_of(desk)["case/a.geojson"].without_shape == 1


# --- answers that nobody foresees -----------------------------------------------------------------------------------

FAR = "Wed, 21 Oct 2015 07:28:00 +99999999999999"


def test_a_date_beyond_all_numbers_is_no_vintage(desk, server):
    server.file("/a.csv", TABLE, modified=FAR)
    comes(desk, desk.project("a.csv", "/a.csv"), server, TABLE)
    assert lock_of(desk)["case/a.csv"].vintage == ""


@pytest.mark.parametrize("after", ["Fri, 31 Dec 99999999999 23:59:59 GMT", "9" * 5000])
def test_a_wait_beyond_all_numbers_is_none(after, desk, server, waits):
    server.file("/a.csv", TABLE)
    server.status("/a.csv", 503, times=1, after=after)
    comes(desk, desk.project("a.csv", "/a.csv"), server, TABLE)
    assert waits == [0]


@pytest.mark.parametrize(
    ("name", "paging", "body"),
    [
        ("a.json", "next", b'{"results": [{"a": 1}], "links": {"next": "http://["}}'),
        ("a.json", "next", b'{"results": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}"),
        ("a.csv", "next", b'{"results": [{"a": "\\ud800"}]}'),
        ("a.csv", "next", b'{"results": [{"properties": [1, 2]}]}'),
        ("a.geojson", "wfs", b'<a numberMatched="' + b"9" * 5000 + b'"/>'),
    ],
)
def test_pages_that_cannot_be_read_are_a_fault_in_words(name, paging, body, desk, server):
    from sources.fetch.publisher_server import Answer

    server.plays["/q"] = lambda _: Answer(200, body, {"Content-Type": "application/json"})
    refused(desk.project(name, "/q", paging=paging), server, "; ")
    assert desk.names() == []


@pytest.mark.parametrize("fault", [OverflowError, RecursionError, KeyError, MemoryError])
def test_a_fault_nobody_knows_ends_one_file_and_the_lock_has_the_others(fault, desk, server, monkeypatch):
    from siteprior.sources.fetch import fetch as module

    def fail(*_, **__):
        raise fault("no")

    server.file("/a.csv", TABLE)
    project = desk.project("a.csv", "/a.csv")
    text = project.read_text(encoding="utf-8")
    other = '{path = "case/b.csv", dataset = "own_case"}'
    project.write_text(text.replace("postcodes = [", f"postcodes = [{other}, "), encoding="utf-8")
    real = module.fetch_file
    monkeypatch.setattr(
        module, "fetch_file", lambda client, entry, *given, **more: (
            fail if entry.path == "case/b.csv" else real
        )(client, entry, *given, **more)
    )  # fmt: skip
    with pytest.raises(FetchError) as raised:
        fetch(project, mirror=server.url)
    (sentence,) = raised.value.faults
    assert sentence.startswith(f"https://{HOST}/a.csv: what came cannot be used ({fault.__name__})")
    assert sentence.endswith(f"download it by hand from https://{HOST}/page (A case) to {desk.cases / 'b.csv'}")
    assert list(lock_of(desk)) == ["case/a.csv"]


def test_a_coordinate_system_that_does_not_exist_ends_one_file(desk, server):
    part = ', part = "398000,271000,441000,310000"'
    project = desk.project("a.csv", "/{box}/a.csv", entry=part, cut="box", box_crs="EPSG:999999")
    refused(project, server, "CRSError")


# --- what is asked of fetch ---------------------------------------------------------------------------------------


def test_a_dry_run_says_what_how_large_and_under_which_licence_and_asks_nothing(desk, server):
    project = desk.project("a.csv", "/a.csv", size_mb=12.5)
    row = case_of(fetch(project, mirror=server.url, dry_run=True))
    assert (row["status"], row["licence"]) == ("would fetch", "OGL v3")
    assert row["note"] == "about 12.5 MB; licence: Open Government Licence v3.0"
    assert row[["size_mb", "page", "place"]].tolist() == [12.5, f"https://{HOST}/page", str(desk.cases / "a.csv")]
    assert row["url"] == f"https://{HOST}/a.csv"
    assert (server.asked, desk.names()) == ([], [])
    assert not (desk.data / "sources.lock").exists()


def test_offline_says_what_is_missing_and_asks_nothing(desk, server):
    project = desk.project("a.csv", "/a.csv")
    row = case_of(fetch(project, mirror=server.url, offline=True))
    assert row["status"] == "missing"
    assert row["note"].endswith(f"download it by hand from https://{HOST}/page (A case) to {desk.cases / 'a.csv'}")
    assert server.asked == []


@pytest.mark.parametrize("other", ["offline", "dry_run"])
def test_refresh_and_what_asks_nothing_exclude_each_other(other, desk):
    from siteprior.core.errors import InputError

    with pytest.raises(InputError, match="refresh: asks the network"):
        fetch(desk.project("a.csv", "/a.csv"), refresh=True, **{other: True})


def test_a_mirror_that_is_no_address_is_refused(desk):
    from siteprior.core.errors import InputError

    with pytest.raises(InputError, match=r"mirror ftp://example\.org: is no address to fetch from"):
        fetch(desk.project("a.csv", "/a.csv"), mirror="ftp://example.org")


KEY = "s3cretkey"


def test_a_key_comes_from_the_environment_and_stands_nowhere(desk, server, monkeypatch, fetch_cache, capsys):
    monkeypatch.setenv("OWN_CASE_KEY", KEY)
    server.file(f"/{KEY}/a.csv", TABLE, etag='"1"')
    server.status("/gone", 404)
    told = []
    project = desk.project("a.csv", "/{key}/a.csv", key_env="OWN_CASE_KEY")
    table = fetch(project, mirror=server.url, progress=told.append)
    assert case_of(table)["status"] == "fetched"
    with pytest.raises(FetchError) as raised:
        fetch(desk.project("b.csv", "/gone/{key}/b.csv", key_env="OWN_CASE_KEY"), mirror=server.url)
    written = [
        path.read_text(encoding="utf-8", errors="replace")
        for folder in (desk.data, fetch_cache) for path in folder.rglob("*") if path.is_file()
    ]  # fmt: skip
    names = [str(path) for folder in (desk.data, fetch_cache) for path in folder.rglob("*")]
    shown = [
        *written,
        *names,
        *told,
        *capsys.readouterr(),
        str(raised.value),
        table.to_csv(),
        raised.value.table.to_csv(),
    ]
    assert not [text for text in shown if KEY in text]
    assert "HIDDEN" in lock_of(desk)["case/a.csv"].address


def test_a_key_in_a_header_is_sent_to_its_host_alone(desk, server, monkeypatch):
    monkeypatch.setenv("OWN_CASE_KEY", KEY)
    other = server.url.replace("127.0.0.1", "localhost")
    server.redirect("/a.csv", f"{other}/b.csv")
    server.file("/b.csv", TABLE)
    key = 'key_header = "Authorization: Bearer {key}"'
    desk.project("a.csv", "/a.csv", key_env="OWN_CASE_KEY")
    file = desk.data / "demo.toml"
    text = file.read_text(encoding="utf-8").replace(f"https://{HOST}/a.csv", f"{server.url}/a.csv")
    file.write_text(f"{text}{key}\n", encoding="utf-8")
    assert case_of(fetch(file))["status"] == "fetched"
    asked = [(each.path, each.headers.get("authorization")) for each in server.asked]
    assert asked == [("/a.csv", f"Bearer {KEY}"), ("/b.csv", None)]


@pytest.mark.parametrize(
    ("address", "header"), [("/{key}/a.csv", {}), ("/a.csv", {"key_header": "Authorization: Bearer {key}"})]
)
def test_without_the_key_the_page_and_the_path_are_named(address, header, desk, server, monkeypatch):
    monkeypatch.delenv("OWN_CASE_KEY", raising=False)
    project = desk.project("a.csv", address, key_env="OWN_CASE_KEY", **header)
    with pytest.raises(FetchError) as raised:
        fetch(project, mirror=server.url)
    (sentence,) = raised.value.faults
    assert "set OWN_CASE_KEY" in sentence
    assert sentence.endswith(f"download it by hand from https://{HOST}/page (A case) to {desk.cases / 'a.csv'}")
    assert server.asked == []


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command_passes_its_options_on(desk, server, capsys):
    from siteprior import cli

    server.file("/a.csv", TABLE, etag='"1"')
    project = str(desk.project("a.csv", "/a.csv", size_mb=1))
    assert cli.main(["fetch", project, "--dry-run", "--quiet"]) == 0
    assert (
        "would fetch postcodes: case/a.csv\n        about 1 MB; licence: Open Government Licence v3.0"
        in capsys.readouterr().out
    )
    assert cli.main(["fetch", project, "--offline", "--quiet"]) == 0
    assert "missing postcodes: case/a.csv" in capsys.readouterr().out
    assert server.asked == []
    assert cli.main(["fetch", project, "--mirror", server.url, "--quiet"]) == 0
    assert "fetched postcodes: case/a.csv" in capsys.readouterr().out
    assert cli.main(["fetch", project, "--mirror", server.url, "--refresh", "--quiet"]) == 0
    assert "unchanged postcodes: case/a.csv" in capsys.readouterr().out


def test_the_old_name_of_refresh_is_read_with_a_warning(desk, server, capsys):
    from siteprior import cli
    from siteprior.core.renamed import RenamedWarning

    server.file("/a.csv", TABLE, etag='"1"')
    project = desk.project("a.csv", "/a.csv")
    fetch(project, mirror=server.url)
    with pytest.warns(RenamedWarning, match="'force' is now 'refresh'"):
        assert case_of(fetch(project, mirror=server.url, force=True))["status"] == "unchanged"
    assert cli.main(["fetch", str(project), "--mirror", server.url, "--force", "--quiet"]) == 0
    printed = capsys.readouterr()
    assert "'--force' is '--refresh' now" in printed.err
    assert "unchanged postcodes" in printed.out
