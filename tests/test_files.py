from __future__ import annotations

import gzip
import hashlib
import zipfile

import pytest

from siteprior.errors import InputError, OutputError
from siteprior.files import read_bytes, record, shipped, whole_file, write_text


def test_gz_and_zip_members_are_read_as_they_come(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"x\n1\n")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"x\n2\n"))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("inner/b.csv", b"x\n3\n")
    assert read_bytes(tmp_path / "a.csv") == b"x\n1\n"
    assert read_bytes(tmp_path / "a.csv.gz") == b"x\n2\n"
    assert read_bytes(f"{tmp_path}/a.zip!inner/b.csv") == b"x\n3\n"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("gone.csv", None, "there is no such file"),
        ("empty.csv", b"", "the file is empty"),
        ("blank.csv", b" \n\r\n", "the file is empty"),
        ("broken.csv.gz", b"not gzip", "cannot be unpacked"),
        ("cut.csv.gz", gzip.compress(b"x" * 10_000)[:40], "cannot be unpacked"),
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


def test_a_file_open_elsewhere_is_told_and_kept(tmp_path, monkeypatch):
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
