"""Archives: the wanted file alone, bounded, and nothing that leads out of the archive."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from siteprior.core import unpacking
from siteprior.core.errors import OutputError
from siteprior.sources.fetch import unpack as module
from siteprior.sources.fetch.client import Refused
from siteprior.sources.fetch.unpack import is_archive, members, unpack
from sources.fetch.publisher_server import zipped


@pytest.fixture
def archive(tmp_path):
    def write(body):
        path = tmp_path / "a.bin"
        path.write_bytes(body if isinstance(body, bytes) else zipped(body))
        return path

    return write


def unpacked(path, ending=".csv", member=""):
    target = path.with_name(f"out{ending}")
    unpack(path, target, member=member)
    return target.read_bytes()


def test_the_one_file_of_the_ending_is_unpacked(archive):
    assert unpacked(archive({"x/readme.txt": b"no", "x/a.CSV": b"a\n1\n"})) == b"a\n1\n"
    assert unpacked(archive(gzip.compress(b"a\n1\n"))) == b"a\n1\n"


@pytest.mark.parametrize(
    ("member", "body"),
    [("data/*.csv", b"deep\n"), ("b.csv", b"flat\n"), ("*.ZIP!*.csv", b"inner\n"), ("in.zip!x/*.csv", b"inner\n")],
)
def test_a_pattern_names_the_file_also_of_a_zip_in_the_zip(member, body, archive):
    packed = {"data/a.csv": b"deep\n", "b.csv": b"flat\n", "in.zip": zipped({"x/c.csv": b"inner\n"})}
    assert unpacked(archive(packed), member=member) == body


def test_tables_stand_below_each_other_with_one_head(archive):
    assert unpacked(archive({"b.csv": b"h\n2", "a.csv": b"h\n1\n"})) == b"h\n1\n2\n"
    assert unpacked(archive({"b.csv": b"B,2\n", "a.csv": b"A,1"})) == b"A,1\nB,2\n"  # as Code-Point Open: no head


def test_tables_of_different_columns_are_not_joined(archive):
    for other in (b"x,y,z\n1,2,3\n", b"b,a\n1,2\n", b"1,2\n", b"\n"):
        with pytest.raises(Refused, match=r"different columns, such as a\.csv and x/b\.csv"):
            unpacked(archive({"a.csv": b"a,b\n1,2\n", "x/b.csv": other}))
    with pytest.raises(Refused, match="different columns"):
        unpacked(archive({"a.csv": b"nan,inf\n1,2\n", "x/b.csv": b"nan,b\n1,2\n"}))
    with pytest.raises(Refused, match="different columns"):
        unpacked(archive({"a.csv": b"B1 1AA,1\n", "x/b.csv": b"B1 1AB,1,2\n"}))
    assert unpacked(archive({"a.csv": b"h\r\n1\r\n", "b.csv": b"h\n2\n"})) == b"h\r\n1\r\n2\n"


def test_what_macs_put_beside_each_file_is_no_table(archive):
    packed = {"a.csv": b"h\n1\n", "__MACOSX/._a.csv": b"\0\5", "__MACOSX/x/a.csv": b"\0", "x/._b.csv": b"\0"}
    assert unpacked(archive(packed)) == b"h\n1\n"
    with pytest.raises(Refused, match="no file like"):
        unpacked(archive({"._a.csv": b"\0"}))


def test_several_files_that_are_no_tables_are_refused(archive):
    with pytest.raises(Refused, match=r"several files like \*\.gml, such as a\.gml and b\.gml"):
        unpacked(archive({"b.gml": b"<b/>", "a.gml": b"<a/>"}), ".gml")


def test_an_archive_without_the_file_names_what_it_has(archive):
    names = {f"{at}.txt": b"x" for at in range(7)}
    with pytest.raises(Refused, match=r"no file like \*\.csv; it has 0\.txt, .* and 2 more"):
        unpacked(archive(names))
    with pytest.raises(Refused, match="it has none at all"):
        unpacked(archive({}))


@pytest.mark.parametrize("name", ["../a.csv", "/etc/a.csv", "x/../../a.csv", "..\\a.csv", "C:\\a.csv"])
def test_a_name_that_leads_out_is_refused(name, archive, tmp_path):
    with pytest.raises(Refused, match="leads out of it"):
        unpacked(archive({name: b"x"}))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.bin", "out.csv"]


class Strict:
    """Limits of bombs that a test can reach."""

    def number(self, name):
        return {"ratio_free_mb": 1, "ratio_limit": 200}[name]


def test_a_bomb_is_refused_before_it_is_unpacked(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "load_parameters", lambda _: Strict())
    body = gzip.compress(b"0" * 6_000_000, 9)
    with pytest.raises(Refused, match="unpacks to"):
        unpacked(archive(body))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zip_file, zip_file.open("a.csv", "w") as member:
        for _ in range(6):
            member.write(b"0" * 1_000_000)
    with pytest.raises(Refused, match=r"a\.csv unpacks to .* times its size"):
        unpacked(archive(packed.getvalue()))
    assert (tmp_path / "out.csv").stat().st_size == 0


class Small:
    """Limits that a test can reach."""

    def number(self, name):
        return {"unpacked_gb": 1e-8}[name]

    def integer(self, name):
        return {"archive_members": 2}[name]


def test_size_and_number_of_members_are_bounded(archive, monkeypatch):
    monkeypatch.setattr(module, "load_parameters", lambda _: Small())
    with pytest.raises(Refused, match=r"more than 1e-08 GB \(parameter fetch\.unpacked_gb\)"):
        unpacked(archive({"a.csv": b"0123456789\n"}))
    with pytest.raises(Refused, match="the archive has 3 files; at most 2"):
        unpacked(archive({f"{at}.csv": b"x" for at in range(3)}))


def test_a_damaged_archive_is_reported(archive):
    body = zipped({"a.csv": b"a,b\n" * 1000})
    with pytest.raises(Refused, match="cannot be unpacked"):
        unpacked(archive(body[:100]))
    with pytest.raises(Refused, match="cannot be unpacked"):
        unpacked(archive(gzip.compress(b"a,b\n" * 1000)[:30]))
    with pytest.raises(Refused, match="cannot be unpacked"):
        unpacked(archive({"in.zip": b"no zip"}), member="in.zip!*.csv")


def test_what_is_packed_by_its_kind_stays(archive):
    path = archive({"a.csv": b"x"})
    assert [is_archive(path, ending) for ending in (".csv", ".zip", ".xlsx", ".XLSX", ".ods", ".gml")] == [
        True, False, False, False, False, True,
    ]  # fmt: skip
    path.write_bytes(b"a,b")
    assert not is_archive(path, ".csv")


def test_members_not_wanted_are_not_opened(archive):
    path = archive({"in.zip": b"no zip", "other.zip": zipped({"a.csv": b"x"})})
    found = [each.name for each in members(path, "*.zip!*.csv", wanted=lambda name: not name.startswith("in"))]
    assert found == ["other.zip!a.csv"]


def test_a_link_in_an_archive_is_no_file(archive):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        link = zipfile.ZipInfo("a.gml")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        made.writestr(link, "../../etc/passwd")
    with pytest.raises(Refused, match=r"a link in the place of a file: 'a\.gml'"):
        unpacked(archive(packed.getvalue()), ending=".gml")


@pytest.mark.parametrize("body", [{"a.csv": b"a,b\n1,2\n"}, gzip.compress(b"a,b\n1,2\n")])
def test_a_full_disk_is_no_fault_of_the_archive(body, archive, tmp_path):
    class Full(io.BytesIO):
        name = "out.csv"

        def write(self, _):
            raise OSError(28, "No space left on device")

    class Target(type(tmp_path)):
        def open(self, mode="r", **_):
            return Full()

    with pytest.raises(OutputError, match=r"out\.csv: could not be written \(No space left on device\)"):
        unpack(archive(body), Target(tmp_path / "out.csv"))
