from __future__ import annotations

import gzip
import hashlib
import zipfile

import pytest

from siteprior.core.errors import InputError, OutputError
from siteprior.core.files import (
    archives_kept,
    given_twice,
    path_list,
    read_bytes,
    record,
    shipped,
    whole_file,
    write_text,
)
from siteprior.core.io.vector_files import read_vector


def test_gz_and_zip_members_are_read_as_they_come(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"x\n1\n")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"x\n2\n"))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("inner/b.csv", b"x\n3\n")
    assert read_bytes(tmp_path / "a.csv") == b"x\n1\n"
    assert read_bytes(tmp_path / "a.csv.gz") == b"x\n2\n"
    assert read_bytes(f"{tmp_path}/a.zip!inner/b.csv") == b"x\n3\n"
    (tmp_path / "a.csv.gz").rename(tmp_path / "A.CSV.GZ")
    assert read_bytes(tmp_path / "A.CSV.GZ") == b"x\n2\n"
    (tmp_path / "a.zip").rename(tmp_path / "B.ZIP")
    assert read_bytes(f"{tmp_path}/B.ZIP!inner/b.csv") == b"x\n3\n"


def test_a_zip_of_many_members_is_opened_once_while_it_is_kept(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in "bcd":
            archive.writestr(f"{name}.csv", f"x\n{name}\n")
    opened = []

    class Counted(zipfile.ZipFile):
        def __init__(self, path):
            super().__init__(path)
            opened.append(self)

    monkeypatch.setattr(zipfile, "ZipFile", Counted)
    with archives_kept():
        assert [read_bytes(f"{tmp_path}/a.zip!{name}.csv") for name in "bcd"] == [b"x\nb\n", b"x\nc\n", b"x\nd\n"]
        with pytest.raises(InputError, match=r"no member 'e\.csv'"):
            read_bytes(f"{tmp_path}/a.zip!e.csv")
    assert len(opened) == 1
    assert opened[0].fp is None  # closed
    assert read_bytes(f"{tmp_path}/a.zip!b.csv") == b"x\nb\n"
    assert len(opened) == 2


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("gone.csv", None, "there is no such file"),
        ("empty.csv", b"", "the file is empty"),
        ("blank.csv", b" \n\r\n", "the file is empty"),
        ("broken.csv.gz", b"not gzip", "cannot be unpacked"),
        ("cut.csv.gz", gzip.compress(b"x" * 10_000, mtime=0)[:40], "cannot be unpacked"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=says) as raised:
        read_bytes(path)
    assert name in str(raised.value)


def test_a_missing_member_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("b.csv", b"1")
    with pytest.raises(InputError, match=r"has no member 'c\.csv'"):
        read_bytes(f"{tmp_path}/a.zip!c.csv")


def test_record_hashes_the_stored_bytes(tmp_path):
    stored = gzip.compress(b"abc", mtime=0)
    (tmp_path / "a.gz").write_bytes(stored)
    read = record(tmp_path / "a.gz", role="register", file="a.gz", rows=1, vintage="2020")
    assert read.sha256 == hashlib.sha256(stored).hexdigest()
    assert (read.bytes, read.vintage) == (len(stored), "2020")


def test_an_interrupted_write_leaves_the_earlier_file(tmp_path):
    target = write_text(tmp_path / "a.txt", "earlier")

    def fail_midway():
        with whole_file(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_midway()
    assert target.read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_open_elsewhere_is_reported_and_kept(tmp_path, monkeypatch):
    target = write_text(tmp_path / "shortlist.gpkg", "earlier")

    def locked(self, other):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(type(target), "replace", locked)
    with pytest.raises(OutputError, match="open in another program"):
        write_text(target, "later")
    assert target.read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["shortlist.gpkg"]


def test_a_folder_that_is_a_file_cannot_be_written(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="cannot be written"):
        write_text(tmp_path / "out" / "a.txt", "x")


def test_text_is_utf8_with_line_feeds(tmp_path):
    path = write_text(tmp_path / "a.txt", "£1\n–\n")
    assert path.read_bytes() == "£1\n–\n".encode()
    assert path.stat().st_mode & 0o777 == 0o644


def test_the_sample_and_the_notebooks_travel_with_the_package():
    assert (shipped("data") / "demo.toml").is_file()
    assert list(shipped("notebooks").glob("*.ipynb"))
    with pytest.raises(InputError, match="did not come with this installation"):
        shipped("elsewhere")


def test_a_member_under_a_password_is_named(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b.csv", b"x\n3\n")
    data = bytearray(path.read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(header) + flags] |= 1  # says that the member is encrypted
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"cannot be unpacked .*password"):
        read_bytes(f"{path}!b.csv")


def test_a_damaged_gzip_is_named(tmp_path):
    data = bytearray(gzip.compress(bytes(range(256)) * 40))
    data[20:40] = b"\xff" * 20
    (tmp_path / "a.csv.gz").write_bytes(data)
    with pytest.raises(InputError, match="cannot be unpacked"):
        read_bytes(tmp_path / "a.csv.gz")


@pytest.mark.parametrize("wrong", [None, 5, b"a.csv", True, {"a.csv": 1}])
def test_what_is_neither_a_path_nor_several_is_refused(wrong):
    with pytest.raises(InputError, match=r"paths: needs one path or several, got .*; give a str or a Path, or a list"):
        path_list(wrong)


def test_every_entry_that_is_no_path_is_named_at_once():
    with pytest.raises(InputError) as caught:
        path_list(["a.csv", None, b"b.csv", "c\0.csv", " "])
    assert caught.value.faults == (
        "paths: needs the path of a file, got None; give a str or a Path",
        "paths: needs the path of a file, got b'b.csv'; give a str or a Path",
        "paths: 'c\\x00.csv' is no path of a file; give its path",
        "paths: ' ' is no path of a file; give its path",
    )
    assert path_list([]) == []


def test_a_folder_is_no_file(tmp_path):
    for read in (read_bytes, read_vector):
        with pytest.raises(InputError, match="is a folder; name the file in it"):
            read(tmp_path)
        for wrong in (None, "a\0.csv", ""):
            with pytest.raises(InputError, match="path: "):
                read(wrong)


def test_a_file_given_twice_is_seen_however_its_path_is_written(tmp_path):
    (tmp_path / "b").mkdir()
    paths = [tmp_path / "a.csv", tmp_path / "b" / ".." / "a.csv", tmp_path / "a.csv", tmp_path / "b" / "a.csv"]
    assert given_twice(paths) == [paths[1]]
    assert given_twice([]) == []


def test_a_path_longer_than_the_system_takes_is_refused():
    with pytest.raises(InputError, match="cannot be read"):
        read_bytes("a" * 5000)


def test_what_may_never_end_is_not_waited_for(tmp_path):
    import os

    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with names here")
    os.mkfifo(tmp_path / "a.csv")
    for endless in (tmp_path / "a.csv", "/dev/zero"):
        with pytest.raises(InputError, match="is a pipe or device, which may never end"):
            read_bytes(endless)
