"""Opening feeds: what is refused, what is mended, what is left as it is."""

from __future__ import annotations

import gzip
import zipfile

import pytest

from siteprior.core import unpacking
from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.sources.timetables import feed as feed_module
from siteprior.sources.timetables import text as text_module
from siteprior.sources.timetables.feed import copy_table, open_feed

NAMES = ("stops", "stop_times")


def opened(path, tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir(exist_ok=True)
    return open_feed(path, label="feed.zip", names=NAMES, folder=folder)


def text_of(feed, name, log=None):
    return b"".join(part.read_bytes() for part in copy_table(feed, name, IssueLog() if log is None else log))


def zipped(tmp_path, members: dict[str, bytes | str]):
    path = tmp_path / "feed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("name", ["../stops.txt", "/stops.txt", "a/../../stops.txt", "..\\stops.txt", "C:\\stops.txt"])
def test_a_member_outside_the_archive_refuses_it_whole(tmp_path, name):
    path = zipped(tmp_path, {"stops.txt": "stop_id\nA\n", name: "stop_id\nB\n"})
    with pytest.raises(InputError, match="points outside the archive's folder"):
        opened(path, tmp_path)
    assert not list((tmp_path / "copies").iterdir())


def test_a_member_that_unpacks_without_bound_is_refused_before_it_is_unpacked(tmp_path):
    path = zipped(tmp_path, {"stop_times.txt": b"0" * 101_000_000})
    with pytest.raises(
        InputError, match=r"stop_times.txt' unpacks to \d+ times its size \(101 MB\).*unpack it by hand"
    ):
        opened(path, tmp_path)


def test_a_feed_larger_than_what_is_read_is_refused(tmp_path, monkeypatch):
    path = zipped(tmp_path, {"stops.txt": "stop_id\n" + "A\n" * 1000})
    monkeypatch.setattr(unpacking, "MB", 0.0001)
    with pytest.raises(InputError, match="more than the 8000 MB that are read"):
        opened(path, tmp_path)


def test_a_gz_that_lies_about_its_size_is_stopped_while_it_unpacks(tmp_path, monkeypatch):
    folder = tmp_path / "feed"
    folder.mkdir()
    (folder / "stops.txt.gz").write_bytes(gzip.compress(b"stop_id\n" + b"".join(b"%d\n" % i for i in range(4000))))
    feed = opened(folder, tmp_path)
    monkeypatch.setattr(unpacking, "MB", 0.001)
    with pytest.raises(InputError, match="more than the 8000 MB"):
        list(copy_table(feed, "stops", IssueLog()))


def test_a_damaged_zip_says_so(tmp_path):
    path = zipped(tmp_path, {"stops.txt": "stop_id\n" + "A,B,C\n" * 500})
    data = bytearray(path.read_bytes())
    data[60:90] = b"\x00" * 30
    path.write_bytes(data)
    with pytest.raises(InputError, match="cannot be unpacked"):
        text_of(opened(path, tmp_path), "stops")
    path.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(InputError, match="cannot be unpacked"):
        opened(path, tmp_path)
    with pytest.raises(InputError, match="there is no such file"):
        opened(tmp_path / "none.zip", tmp_path)


def in_a_zip(path, outer, *names):
    with zipfile.ZipFile(outer, "w") as archive:
        for name in names:
            archive.write(path, name)
    return outer


def test_a_zip_in_a_zip_is_named_with_the_two_ways_to_read_it(tmp_path):
    inner = zipped(tmp_path, {"stops.txt": "stop_id\nA\n"})
    folder = tmp_path / "copies"
    folder.mkdir()

    def open_outer(path, label):
        return open_feed(path, label=label, names=NAMES, folder=folder)

    one = in_a_zip(inner, tmp_path / "outer.zip", "timetable.zip")
    with pytest.raises(InputError) as raised:
        open_outer(one, "outer.zip")
    assert str(raised.value) == (
        "outer.zip: holds timetable.zip and no tables; unpack it, or name it: outer.zip!timetable.zip"
    )
    feed = open_outer(f"{one}!timetable.zip", "outer.zip!timetable.zip")
    assert (text_of(feed, "stops"), feed.provenance[0].bytes) == (b"A\n", one.stat().st_size)
    two = in_a_zip(inner, tmp_path / "two.zip", "b.zip", "a.zip", "read me.txt")
    with pytest.raises(InputError, match=r"holds 2 zips: a\.zip, b\.zip and no tables; unpack the one wanted, or name"):
        open_outer(two, "two.zip")
    with pytest.raises(InputError, match=r"nothing\.zip: there is no such file"):
        open_outer(tmp_path / "nothing.zip!a.zip", "nothing.zip")
    deep = in_a_zip(one, tmp_path / "deep.zip", "outer.zip")
    with pytest.raises(InputError, match=r"holds timetable\.zip and no tables"):
        open_outer(f"{deep}!outer.zip", "deep.zip!outer.zip")


def test_a_zip_in_a_zip_is_copied_no_further_than_is_read(tmp_path, monkeypatch):
    outer = in_a_zip(zipped(tmp_path, {"stops.txt": "stop_id\nA\n"}), tmp_path / "outer.zip", "timetable.zip")
    monkeypatch.setattr(feed_module, "_too_large", lambda size, label: [f"{label}: too large"] if size else [])
    with pytest.raises(InputError, match="too large"):
        open_feed(f"{outer}!timetable.zip", label="outer.zip", names=NAMES, folder=tmp_path)


def test_a_name_that_is_not_utf_8_though_the_zip_states_so_is_a_named_fault(tmp_path):
    path = zipped(tmp_path, {"stops.txt": "stop_id\nA\n", "é.txt": "x"})
    path.write_bytes(path.read_bytes().replace("é.txt".encode(), b"\xff\xfe.txt"))
    with pytest.raises(
        InputError, match=r"feed\.zip: as a zip it cannot be unpacked: the name of a member is not UTF-8"
    ):
        opened(path, tmp_path)


def test_a_folder_without_tables_is_refused(tmp_path):
    (tmp_path / "feed").mkdir()
    with pytest.raises(InputError, match=r"without .txt or .txt.gz files"):
        opened(tmp_path / "feed", tmp_path)


def test_one_folder_in_the_zip_is_looked_through_and_two_feeds_are_refused(tmp_path):
    inner = zipped(tmp_path, {"gtfs/STOPS.TXT": "Stop_ID , stop_name\nA,b\n", "__MACOSX/gtfs/stops.txt": "x"})
    assert opened(inner, tmp_path).columns == {"stops": ("stop_id", "stop_name")}
    both = zipped(tmp_path, {"a/stops.txt": "stop_id\nA\n", "b/stops.txt": "stop_id\nB\n"})
    with pytest.raises(InputError, match=r"stops.txt more than once \(a/stops.txt and b/stops.txt\)"):
        opened(both, tmp_path)


def test_marks_line_ends_and_encodings_become_plain(tmp_path):
    path = zipped(tmp_path, {"stops.txt": b"\xef\xbb\xbfstop_id,stop_name\r\nA,Caf\xe9\r\nB,Caf\xc3\xa9\rC,x"})
    log = IssueLog()
    assert text_of(opened(path, tmp_path), "stops", log).decode() == "A,Café\nB,Café\nC,x\n"
    told = log.table().iloc[0]
    assert (told["issue_type"], told["value"]) == ("patch", "1 lines")


def test_an_open_quote_takes_its_own_line_only(tmp_path):
    path = zipped(tmp_path, {"stops.txt": 'stop_id,stop_name\nA,"a ""b"", c"\nB,"open\nC,c\nD,"open\nE,e\n'})
    log = IssueLog()
    assert text_of(opened(path, tmp_path), "stops", log).decode() == 'A,"a ""b"", c"\n\nC,c\n\nE,e\n'
    told = log.table().iloc[0]
    assert told["row"] == 3
    assert told["value"] == "2 lines: 3, 5"


def test_parts_join_to_the_whole_and_lines_are_counted_through_them(tmp_path, monkeypatch):
    monkeypatch.setattr(text_module, "CHUNK", 64)
    monkeypatch.setattr(feed_module, "PART_CHUNKS", 2)
    rows = [f"stop {number},\u00e9{number}\r\n" for number in range(200)]
    rows[150] = 'stop 150,"open\r\n'
    path = zipped(tmp_path, {"stops.txt": "stop_id,stop_name\r\n" + "".join(rows)})
    log = IssueLog()
    feed = opened(path, tmp_path)
    whole = text_of(feed, "stops", log).decode()
    rows[150] = "\n"
    assert whole == "".join(rows).replace("\r\n", "\n")
    assert len(feed.parts("stops")) > 10
    assert log.table()["row"].tolist() == [152]


def test_a_table_of_one_header_has_no_row(tmp_path):
    feed = opened(zipped(tmp_path, {"stops.txt": "stop_id,stop_id,"}), tmp_path)
    assert feed.columns["stops"] == ("stop_id", "stop_id#2", "#3")
    assert text_of(feed, "stops") == b""
