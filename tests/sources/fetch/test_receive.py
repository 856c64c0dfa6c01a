"""A download that broke off, against servers that answer the next question wrongly: never two editions in one file."""

from __future__ import annotations

import gzip

import pytest

from siteprior.core import unpacking
from siteprior.core.errors import InputError
from siteprior.sources.fetch.client import Client
from siteprior.sources.fetch.download import download
from siteprior.sources.fetch.slots import downloads, slot_of
from sources.fetch.publisher_server import Answer

OLD = b"code,name\n" + b"".join(b"%d,old %d\n" % (at, at) for at in range(9_000))
NEW = OLD.replace(b"old", b"new")
CUT = 1 << 16
DAY, LATER = "Mon, 06 Jan 2020 08:00:00 GMT", "Tue, 07 Jan 2020 08:00:00 GMT"
CSV = {"Content-Type": "text/csv"}


def begun(server, tmp_path, monkeypatch, **named):
    """Let a download of the old edition break off, and return its target."""
    monkeypatch.setattr(Client, "policy", lambda _: once())
    server.file("/a.csv", OLD, **named)
    server.cut("/a.csv", CUT)
    with pytest.raises(InputError, match="the download broke off"):
        download(f"{server.url}/a.csv", tmp_path / "a.csv")
    server.asked.clear()
    return tmp_path / "a.csv"


def once():
    from urllib3.util.retry import Retry

    return Retry(total=0)


def part_of(server):
    with downloads() as folder, slot_of(f"{server.url}/a.csv", folder) as slot:
        return slot.part.stat().st_size if slot.part.is_file() else 0


def rest_of(body, start=CUT, **headers):
    """Return a part answer to the end of a body, with headers of it replaced."""
    stated = {**CSV, "Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}", "ETag": '"1"'}
    return Answer(206, body[start:], {name.replace("_", "-"): value for name, value in (stated | headers).items()})


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("another tag", rest_of(NEW, ETag='"2"')),
        ("a weak tag", rest_of(NEW, ETag='W/"1"')),
        ("another day", rest_of(NEW, Last_Modified=LATER)),
        ("another total", rest_of(NEW, Content_Range=f"bytes {CUT}-{len(NEW)}/{len(NEW) + 1}")),
        ("no total", rest_of(NEW, Content_Range=f"bytes {CUT}-{len(NEW) - 1}/*")),
        ("another start", rest_of(NEW, start=CUT - 1)),
        ("the beginning", rest_of(NEW, start=0)),
        ("no range", rest_of(NEW, Content_Range="")),
        ("a shorter range", rest_of(NEW, Content_Range=f"bytes {CUT}-{len(NEW) - 2}/{len(NEW)}")),
        ("packed", rest_of(NEW, Content_Encoding="gzip")),
        ("nothing changed", Answer(304)),
        ("beyond the end", Answer(416)),
    ],
)
def test_what_is_not_the_rest_of_the_same_edition_is_not_joined(name, rest, server, tmp_path, monkeypatch):
    target = begun(server, tmp_path, monkeypatch, etag='"1"', modified=DAY)
    assert part_of(server) == CUT
    whole = Answer(200, NEW, {**CSV, "ETag": '"2"'})
    server.plays["/a.csv"] = lambda asked: rest if "range" in asked.headers else whole
    download(f"{server.url}/a.csv", target)
    assert target.read_bytes() == NEW, name
    asked = [(each.headers.get("range"), each.headers.get("if-range")) for each in server.asked]
    assert asked == [(f"bytes={CUT}-", '"1"'), (None, None)]


def test_a_body_shorter_than_its_range_is_begun_anew(server, tmp_path, monkeypatch):
    target = begun(server, tmp_path, monkeypatch, etag='"1"')
    short = rest_of(OLD)._replace(body=OLD[CUT : CUT + 5])  # of this length, as its header says, too
    server.plays["/a.csv"] = lambda asked: short if "range" in asked.headers else Answer(200, OLD, CSV)
    download(f"{server.url}/a.csv", target)
    assert target.read_bytes() == OLD
    assert [each.headers.get("range") for each in server.asked] == [f"bytes={CUT}-", None]


def test_a_body_that_ends_early_or_goes_on_beyond_its_range_is_begun_anew(server, tmp_path, monkeypatch):
    rest = rest_of(OLD)
    for body in (rest.body[:-1], rest.body + b"more"):
        target = begun(server, tmp_path, monkeypatch, etag='"1"')
        wrong = Answer(206, body, {**rest.headers, "Content-Length": None})  # until the connection is closed
        server.plays["/a.csv"] = lambda asked, wrong=wrong: wrong if "range" in asked.headers else Answer(200, OLD, CSV)
        download(f"{server.url}/a.csv", target)
        assert target.read_bytes() == OLD
        assert [each.headers.get("range") for each in server.asked] == [f"bytes={CUT}-", None]


def test_a_day_that_names_one_edition_alone_is_gone_on_with(server, tmp_path, monkeypatch):
    target = begun(server, tmp_path, monkeypatch, modified=DAY)
    server.file("/a.csv", OLD, modified=DAY)
    download(f"{server.url}/a.csv", target)
    assert target.read_bytes() == OLD
    assert [(each.headers["range"], each.headers["if-range"]) for each in server.asked] == [(f"bytes={CUT}-", DAY)]


def test_another_day_is_another_edition(server, tmp_path, monkeypatch):
    target = begun(server, tmp_path, monkeypatch, modified=DAY)
    server.plays["/a.csv"] = lambda asked: (
        rest_of(NEW, ETag="", Last_Modified=LATER) if "range" in asked.headers else Answer(200, NEW, CSV)
    )
    download(f"{server.url}/a.csv", target)
    assert target.read_bytes() == NEW


def test_a_weak_tag_leaves_no_part_to_go_on_with(server, tmp_path, monkeypatch):
    target = begun(server, tmp_path, monkeypatch, etag='W/"1"', modified=DAY)
    assert part_of(server) == 0
    server.file("/a.csv", NEW, etag='W/"1"', modified=DAY)
    download(f"{server.url}/a.csv", target)
    assert target.read_bytes() == NEW
    assert [each.headers.get("range") for each in server.asked] == [None]


def test_a_server_that_always_answers_in_part_is_given_up(server, tmp_path, monkeypatch):
    target = begun(server, tmp_path, monkeypatch, etag='"1"')
    server.plays["/a.csv"] = lambda _: rest_of(NEW, ETag='"2"')
    with pytest.raises(InputError, match=r"sent a part of the file only \(HTTP 206\), unasked"):
        download(f"{server.url}/a.csv", target)
    assert len(server.asked) == 2
    assert not target.exists()


@pytest.mark.parametrize("there", [True, False])
def test_that_nothing_changed_is_no_answer_where_that_was_not_asked(there, server, tmp_path):
    target = tmp_path / "a.csv"
    if there:
        target.write_text("earlier")
    server.plays["/a.csv"] = lambda _: Answer(304, headers={"ETag": '"1"'})
    with pytest.raises(InputError, match=r"sent that nothing changed \(HTTP 304\), unasked; fetch again"):
        download(f"{server.url}/a.csv", target)
    assert [path.read_text() for path in tmp_path.iterdir()] == (["earlier"] if there else [])


def test_a_server_out_of_reach_is_asked_no_more_often_than_the_parameter_says(tmp_path, monkeypatch, waits):
    import requests

    asked = []

    def refuse(self, url, **_):
        asked.append(url)
        raise requests.ConnectionError("refused")

    monkeypatch.setattr(requests.Session, "get", refuse)
    with Client() as client:
        tries = client.tries
        with pytest.raises(InputError, match="the server cannot be reached"):
            download("https://data.example.org/a.csv", tmp_path / "a.csv", client=client)
    assert (len(asked), len(waits)) == (tries, tries - 1)


def test_a_file_packed_in_transit_that_unpacks_to_many_times_its_size_is_refused(server, tmp_path, monkeypatch):
    class Strict:
        def number(self, name):
            return {"ratio_free_mb": 1, "ratio_limit": 200}[name]

    monkeypatch.setattr(unpacking, "load_parameters", lambda _: Strict())
    bomb = gzip.compress(b"a,b\n" * 2_000_000, mtime=0)
    server.plays["/a.csv"] = lambda _: Answer(200, bomb, {**CSV, "Content-Encoding": "gzip"})
    with pytest.raises(InputError, match=r"the answer unpacks to .* times its size"):
        download(f"{server.url}/a.csv", tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []
    assert part_of(server) == 0


def test_a_body_packed_in_transit_and_cut_is_not_whole_though_its_length_is_right(server, tmp_path, waits):
    whole = gzip.compress(OLD, mtime=0)
    headers = {**CSV, "Content-Encoding": "gzip", "ETag": '"1"'}
    server.plays["/a.csv"] = lambda _: Answer(200, whole[:-9], headers)
    with pytest.raises(InputError, match="the download broke off"):
        download(f"{server.url}/a.csv", tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []
    assert part_of(server) == 0
    assert {each.headers.get("range") for each in server.asked} == {None}
    assert len(server.asked) == len(waits) + 1 > 1
    server.gzip("/a.csv", OLD)
    server.cut("/a.csv", len(whole) // 2, times=1)
    download(f"{server.url}/a.csv", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == OLD


def test_a_file_packed_in_a_way_nobody_asked_for_is_not_taken_for_a_table(server, tmp_path):
    server.plays["/a.csv"] = lambda _: Answer(200, b"\x0b\x02\x80a,b\n1,2\n\x03", {**CSV, "Content-Encoding": "br"})
    with pytest.raises(InputError, match=r"packs the file in transit in a way that was not asked for \(br\)"):
        download(f"{server.url}/a.csv", tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []
