"""OS Code-Point Open, and the postcodes a text states."""

from __future__ import annotations

import gzip

import pytest

from conftest import ROOT
from factories.real import expected
from siteprior.core.errors import InputError
from siteprior.core.files import shipped
from siteprior.registers.coordinates.postcodes import normal_postcode, read_postcodes, stated_postcode

ROW = '"{}",{},{},{},"E92000001","E19000001","E18000005","","E08000030","E05001316"\r\n'


@pytest.fixture
def file(tmp_path):
    def write(*rows, name="b.csv"):
        path = tmp_path / name
        path.write_text("".join(ROW.format(*row) for row in rows), encoding="utf-8")
        return path

    return write


def test_places_come_as_published(file):
    table, issues, (origin,) = read_postcodes([file(("WS1 1AA", 10, 401365, 298688), ("WV112BB", 50, 395000, 301000))])
    assert table.to_dict("index") == {
        "WS1 1AA": {"easting": 401_365.0, "northing": 298_688.0},
        "WV11 2BB": {"easting": 395_000.0, "northing": 301_000.0},
    }
    assert (len(issues), origin.rows, origin.role) == (0, 2, "postcodes")


def test_quality_90_has_no_position(file):
    path = file(("B1 1AA", 10, 406_600, 286_700), ("B1 1AB", 90, 0, 0), ("B1 1AD", 90, 0, 0))
    table, issues, _ = read_postcodes([path], files=["b"])
    assert list(table.index) == ["B1 1AA"]
    (issue,) = issues.to_dict("records")
    assert (issue["file"], issue["row"], issue["action"]) == (
        "b", 2, "2 postcodes without a position (quality 90) left out",
    )  # fmt: skip


def test_rows_that_are_no_place_are_counted(file):
    path = file(("Postcode", "PQ", "Eastings", "Northings"), ("B1 1AA", 10, 406_600, 286_700), ("B1 1AB", 10, "", 5))
    table, issues, _ = read_postcodes([path])
    assert list(table.index) == ["B1 1AA"]
    assert issues[["row", "value"]].values.tolist() == [[1, "Postcode"]]
    assert issues["action"].str.startswith("2 rows").all()


def test_of_a_postcode_twice_the_first_stands(file):
    paths = [file(("B1 1AA", 10, 1, 2), name="a.csv"), file(("B1 1AA", 10, 3, 4), name="b.csv")]
    assert read_postcodes(paths).table.to_numpy().tolist() == [[1.0, 2.0]]


def test_all_faults_are_reported_at_once(tmp_path):
    (tmp_path / "narrow.csv").write_text("B1 1AA,406600\n")
    (tmp_path / "other.csv").write_text("a,b,c,d\n1,2,3,4\n")
    with pytest.raises(InputError) as fault:
        read_postcodes([tmp_path / "none.csv", tmp_path / "narrow.csv", tmp_path / "other.csv"])
    text = str(fault.value)
    assert all(word in text for word in ("no such file", "its first row has 2 cells", "no row holds a postcode"))
    with pytest.raises(InputError, match="no file given; give one at least"):
        read_postcodes([])


@pytest.mark.parametrize(
    ("texts", "postcode"),
    [
        (("Factory Road, tipton, DY4 9AU",), "DY4 9AU"),
        (("1 The Cut,WV113TY", ""), "WV11 3TY"),
        (("Jubilee Street, CV21 2J", ""), ""),  # not a whole one
        (("E7", "Agent at EC1A 1BB"), "EC1A 1BB"),
        (("B1 1AA and B1 1AB", "B1 1AA"), ""),  # two places
        (("B1 1AA, Birmingham, b11aa",), "B1 1AA"),
        (("Plot H19 2DR10A, ref 17/0128",), ""),
    ],
)
def test_stated_postcodes(texts, postcode):
    assert stated_postcode(*texts) == postcode


def test_spelling():
    assert [normal_postcode(text) for text in ("b1  1aa", "SW1A1AA", "B1", "")] == ["B1 1AA", "SW1A 1AA", "", ""]


def test_the_sample_has_the_published_form():
    table, issues, _ = read_postcodes([ROOT / "data" / "market" / "codepoint.csv"])
    assert len(table) > 100
    assert issues["action"].str.contains("without a position").all()  # as in the published files


def test_the_real_files(real):
    folder = real / "real/boundaries/codepoint_open"
    paths = sorted(folder.glob("codepo_2025.4_*.csv.gz"))
    table, issues, origins = read_postcodes(paths, files=[path.name for path in paths])
    lines = sum(gzip.decompress(path.read_bytes()).count(b"\n") for path in paths)
    assert (len(table), lines) == expected(whole=(94_975, 95_136), of_slice=(714, 726))
    nowhere = expected(whole=161, of_slice=12)
    assert issues[["file", "action"]].values.tolist() == [
        ["codepo_2025.4_wv.csv.gz", f"{nowhere} postcodes without a position (quality 90) left out"]
    ]
    assert sum(origin.rows for origin in origins) == len(table)
    assert table.loc["WS1 1AA"].tolist() == [401_365.0, 298_688.0]


def test_of_a_postcode_that_stands_again_the_first_counts_and_the_others_are_counted(tmp_path):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text('"B1 1AA",10,406600,286700\n"B1 1AA",10,406600,286700\n"B1 1AB",10,406601,286701\n')
    second.write_text('"B1 1AB",10,406650,286750\n"B1 1AD",10,406602,286702\n')
    table, issues, _ = read_postcodes([first, second], files=["a", "b"])
    assert table["easting"].to_dict() == {"B1 1AA": 406_600.0, "B1 1AB": 406_601.0, "B1 1AD": 406_602.0}
    assert issues[["file", "issue_type", "value", "action"]].to_numpy().tolist() == [
        [file, "reference values are not unique", code, "1 rows left out whose postcode stands before, this one first"]
        for file, code in (("a", "B1 1AA"), ("b", "B1 1AB"))
    ]


def test_a_carriage_return_within_the_first_line_is_no_fault_of_the_program(tmp_path):
    whole = (shipped("data") / "market" / "codepoint.csv").read_bytes().splitlines()[:4]
    (tmp_path / "a.csv").write_bytes(b"\r".join(whole))
    (tmp_path / "b.csv").write_bytes(b"\n".join(whole))
    assert read_postcodes(tmp_path / "a.csv").table.equals(read_postcodes(tmp_path / "b.csv").table)
