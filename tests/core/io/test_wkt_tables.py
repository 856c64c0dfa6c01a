"""CSV files with shapes as text: what lies about a box, in degrees and metres, and what is refused."""

from __future__ import annotations

import gzip
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.io import wkt_tables
from siteprior.core.io.wkt_tables import is_wkt_table, read_wkt_part, wkt_columns
from siteprior.core.issues import IssueLog

SQUARES = gpd.GeoSeries([shapely.box(x, 290_000, x + 100, 290_100) for x in (430_000, 400_000, 400_200)], crs=27700)
BOX = (399_900.0, 289_900.0, 400_500.0, 290_500.0)


def texts(shapes, crs=4326):
    return shapely.to_wkt(shapes.to_crs(crs).to_numpy(), rounding_precision=9)


def write(path, **columns):
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("crs", [4326, 27700])
@pytest.mark.parametrize("rows_at_once", [1, 2, 5_000])
def test_the_rows_about_the_box_under_their_record_numbers(tmp_path, monkeypatch, crs, rows_at_once):
    monkeypatch.setattr(wkt_tables, "_ROWS_AT_ONCE", rows_at_once)
    path = write(tmp_path / "a.csv", name=list("abc"), geometry=texts(SQUARES, crs), other=[1, 2, 3])
    seen = []
    part = read_wkt_part(path, BOX, columns=["name"], watch=lambda piece: seen.extend(piece["name"]))
    assert part.table["name"].to_dict() == {3: "b", 4: "c"}
    assert part.table.area.tolist() == pytest.approx([10_000, 10_000], abs=1)
    assert (part.rows, seen) == (3, ["a", "b", "c"])
    assert part.bounds == pytest.approx((400_000, 290_000, 430_100, 290_100), abs=300)


def test_a_point_stands_where_there_is_no_polygon(tmp_path):
    points = texts(SQUARES.centroid)
    path = write(tmp_path / "a.csv", point=points, geometry=["", *texts(SQUARES)[1:]])
    part = read_wkt_part(path, (390_000, 280_000, 440_000, 300_000))
    assert part.table.geometry.geom_type.tolist() == ["Point", "Polygon", "Polygon"]


def test_what_is_no_shape_is_left_out_and_logged(tmp_path):
    log = IssueLog("a.csv")
    path = write(tmp_path / "a.csv", geometry=["POLYGON ((", "", texts(SQUARES)[1]], name=list("xyz"))
    assert read_wkt_part(path, BOX, columns=["name"], log=log).table["name"].to_dict() == {4: "z"}
    assert [(row["row"], row["value"], row["action"]) for row in log.rows] == [
        (2, "POLYGON ((", "left out: its shape cannot be read"), (3, "", "left out: has no shape"),
    ]  # fmt: skip


@pytest.mark.parametrize("packed", ["gz", "zip"])
def test_packed_and_with_a_byte_order_mark(tmp_path, packed):
    text = ("\ufeff" + pd.DataFrame({"geometry": texts(SQUARES), "name": list("abc")}).to_csv(index=False)).encode()
    path = tmp_path / "a.csv.gz"
    if packed == "gz":
        path.write_bytes(gzip.compress(text))
    else:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("a.csv", text)
        path = f"{tmp_path}/a.zip!a.csv"
    assert is_wkt_table(path)
    assert wkt_columns(path) == ["name"]
    assert read_wkt_part(path, BOX, columns=["name"]).table["name"].tolist() == ["b", "c"]


def test_a_table_without_shapes_is_refused_with_its_columns(tmp_path):
    path = write(tmp_path / "a.csv", name=["a"], x=[1])
    with pytest.raises(
        InputError, match=r"has no column of shapes \(looked for geometry, wkt, point\); it has name, x"
    ):
        read_wkt_part(path, BOX)


def test_a_table_without_rows_is_empty(tmp_path):
    path = write(tmp_path / "a.csv", geometry=[], name=[])
    part = read_wkt_part(path, BOX, columns=["name"])
    assert (len(part.table), list(part.table["name"]), part.bounds, part.rows) == (0, [], None, 0)


def test_what_is_no_csv_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"geometry,name\n" + b"\xff\xfe\xfa,1\n")
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read_wkt_part(path, BOX)


def test_a_carriage_return_alone_ends_a_line_and_a_short_row_has_no_shape(tmp_path):
    path = write(tmp_path / "a.csv", name=list("abc"), geometry=texts(SQUARES), other=[1, 2, 3])
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r", 2) + b"d\n")
    log = IssueLog("a.csv")
    part = read_wkt_part(path, BOX, columns=["name"], log=log)
    assert wkt_columns(path) == ["name", "other"]
    assert (part.table["name"].to_dict(), part.rows) == ({3: "b", 4: "c"}, 4)
    assert [(row["row"], row["action"]) for row in log.rows] == [(5, "left out: has no shape")]


def test_rows_of_more_cells_than_the_header_are_refused(tmp_path):
    (tmp_path / "a.csv").write_text('name,geometry\nBelt,"POINT (-2 52)",\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.csv: its rows have more cells than its header has names"):
        read_wkt_part(tmp_path / "a.csv", BOX)
