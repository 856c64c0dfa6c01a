"""Parcels in the published form: every polygon as GDAL reads it, and what is not in that form refused by name."""

from __future__ import annotations

import zipfile

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories.parcels import END, GML_NAME, council_zip, gml, ring, squares
from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.sources.parcels import published_form
from siteprior.sources.parcels.published_form import is_published_form, read_published_form

YARD = shapely.Polygon(
    [(400000, 290000), (400100.25, 290000), (400100.25, 290080.125), (400000, 290080)],
    [[(400010, 290010), (400010, 290020), (400020, 290020)], [(400050, 290050), (400050, 290060), (400060, 290060)]],
)
TWO = shapely.MultiPolygon([shapely.box(400200, 290000, 400220, 290020), shapely.box(400300, 290000, 400310, 290010)])


def read(tmp_path, text):
    path = tmp_path / GML_NAME
    path.write_text(text, encoding="utf-8")
    log = IssueLog("a.zip")
    return read_published_form(path, log), log


def test_ids_rows_and_polygons_by_hand(tmp_path):
    table, log = read(tmp_path, gml(("20000001", YARD), ("20000002", TWO)))
    assert table["inspire_id"].tolist() == ["20000001", "20000002"]
    assert table.index.tolist() == [1, 2]
    assert table.crs.to_epsg() == 27700
    assert table.geometry.iloc[0].equals(YARD)
    assert len(table.geometry.iloc[0].interiors) == 2
    assert table.geometry.iloc[1].equals(TWO)
    assert log.rows == []


numbers = st.integers(0, 999_999).map(lambda n: 400_000 + n / 1000)
parcels = st.lists(
    st.tuples(numbers, numbers, st.integers(1, 900), st.integers(3, 9), st.booleans()), min_size=1, max_size=12
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=parcels, piece=st.integers(900, 5000))
def test_every_file_is_read_as_gdal_reads_it(tmp_path, monkeypatch, drawn, piece):
    monkeypatch.setattr(published_form, "_PIECE", piece)  # pieces end anywhere
    made = []
    for at, (x, y, size, corners, hole) in enumerate(drawn):
        angle = np.arange(corners) / corners * 2 * np.pi
        outer = np.c_[x + size * np.cos(angle), y - 110_000 + size * np.sin(angle)].round(3)
        centre = outer.mean(axis=0)
        holes = [(centre + (outer - centre) / 4).round(3)] if hole else []
        made.append((str(20_000_000 + at), shapely.Polygon(outer, holes)))
    table, log = read(tmp_path, gml(*made))
    by_gdal = pyogrio.read_dataframe(tmp_path / GML_NAME, WRITE_GFS="NO", DOWNLOAD_SCHEMA="NO")
    assert table["inspire_id"].tolist() == by_gdal["INSPIREID"].astype(str).tolist() == [name for name, _ in made]
    assert [shape.wkb for shape in table.geometry] == [shape.wkb for shape in by_gdal.geometry]
    assert log.rows == []


BROKEN = {
    "a word": "400000 290000 400010 two 400010 290010 400000 290000",
    "an odd number": "400000 290000 400010 290000 400010 290010 400000",
    "too few": "400000 290000 400010 290000 400000 290000",
    "nothing": " ",
    "not ASCII": "400000 290000 400010 2９0000 400010 290010 400000 290000",
}


@pytest.mark.parametrize("numbers", BROKEN.values(), ids=BROKEN)
def test_a_ring_that_cannot_be_read_leaves_its_parcel_without_shape_and_no_other(tmp_path, numbers):
    broken = f"<gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>{numbers}</gml:posList></gml:LinearRing>" + (
        "</gml:exterior></gml:Polygon>"
    )
    good = squares(1, (400000, 290000), (400100, 290000))
    table, _ = read(tmp_path, gml(good[0], ("9", broken), good[1]))
    assert table["inspire_id"].tolist() == ["1", "9", "2"]
    assert table.geometry.isna().tolist() == [False, True, False]
    assert table.geometry.iloc[2].equals(good[1][1])


def test_a_parcel_without_an_outer_ring_has_no_shape(tmp_path):
    hole = f"<gml:Polygon>{ring('interior', YARD.exterior.coords)}</gml:Polygon>"
    table, _ = read(tmp_path, gml(("1", hole), ("2", ""), *squares(3, (400000, 290000))))
    assert table.geometry.isna().tolist() == [True, True, False]


def test_a_corner_that_is_nowhere_is_logged(tmp_path):
    far = ring("exterior", [(400000, 290000), (1e12, 290000), (400010, 290010), (400000, 290000)])
    table, log = read(tmp_path, gml(("1", f"<gml:Polygon>{far}</gml:Polygon>"), *squares(2, (400000, 290000))))
    assert table.geometry.isna().tolist() == [True, False]
    assert [(row["issue_type"], row["row"]) for row in log.rows] == [("invalid geometry - not fixable", 1)]


def test_another_number_than_stated_is_logged(tmp_path):
    text = gml(*squares(1, (400000, 290000))).replace('numberReturned="1"', 'numberReturned="7"')
    _, log = read(tmp_path, text)
    assert log.rows[0]["value"] == "7"
    assert log.rows[0]["action"] == "1 parcels are in the file and were read"


ONE = gml(*squares(1, (400000, 290000)))
HEADLESS = ONE.partition("?>\n")[2]
REFUSED = {
    "entities": ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "yy">]>' + HEADLESS, "document type or entities"),
    "a schema of its own": ('<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">' + HEADLESS, "document type or entities"),
    "a comment": (ONE.replace("<wfs:member>", "<!-- <LR:PREDEFINED> --><wfs:member>"), "comments or raw text"),
    "raw text": (ONE.replace(">1<", "><![CDATA[1]]><", 1), "comments or raw text"),
    "cut short": (ONE[: -len(END) - 40], "ends in the middle"),
    "cut before its end": (ONE[: -len(END)], "ends in the middle"),
    "a feature without end": (ONE.replace("</LR:PREDEFINED>", ""), "has no end"),
    "degrees": (ONE.replace("EPSG::27700", "EPSG::4326"), "EPSG::4326"),
    "heights": (ONE.replace('srsDimension="2"', 'srsDimension="3"'), "coordinates '3'"),
    "no parcels": (gml(), "no parcel"),
    "elsewhere": (gml(*squares(1, (4e6, 29e5))), "nothing in it lies in Great Britain"),
}


@pytest.mark.parametrize(("text", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_in_the_published_form_is_refused_by_name(tmp_path, text, why):
    with pytest.raises(InputError, match=why) as refused:
        read(tmp_path, text)
    assert "a.zip: " in str(refused.value)


def test_a_feature_without_bounds_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(published_form, "_PIECE", 10_000)
    monkeypatch.setattr(published_form, "MB", 1000)
    endless = ONE.replace("</gml:posList>", " 400000 290000" * 5_000 + "</gml:posList>")
    with pytest.raises(InputError, match="a feature in it is longer than 64 MB"):
        read(tmp_path, endless)


def test_a_bomb_is_refused(tmp_path):
    path = council_zip(tmp_path / "a.zip", ONE.replace("<wfs:member>", " " * 110_000_000 + "<wfs:member>", 1))
    with pytest.raises(InputError, match=r"unpacks to .* times its size"):
        read_published_form(f"{path}!{GML_NAME}", IssueLog("a.zip"))


def test_a_damaged_zip_is_refused(tmp_path):
    path = council_zip(tmp_path / "a.zip", gml(*squares(1, *((400000 + 7 * n, 290000 + n * n) for n in range(400)))))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo(GML_NAME).header_offset + 300
    data[at : at + 20] = bytes(20)
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="cannot be unpacked"):
        read_published_form(f"{path}!{GML_NAME}", IssueLog("a.zip"))


def test_more_parcels_than_are_read_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(published_form, "most", lambda what: 2)
    with pytest.raises(InputError, match="more than 2 parcels"):
        read(tmp_path, gml(*squares(1, (400000, 290000), (400100, 290000), (400200, 290000))))


def test_only_the_form_of_the_land_registry_is_the_published_one(tmp_path):
    path = tmp_path / "a.gml"
    for text, published in ((ONE, True), (ONE.replace("www.landregistry.gov.uk", "urn:other"), False), ("{}", False)):
        path.write_text(text)
        assert is_published_form(path) is published
