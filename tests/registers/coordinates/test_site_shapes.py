"""Shapes: read and mended, matched by reference or by place and size, never by guess; else discs, else points."""

from __future__ import annotations

import gzip

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, MultiPolygon, Point, Polygon, box

from siteprior.core.errors import InputError
from siteprior.core.parameters import parameter_rows
from siteprior.core.schema import CRS, REGISTER, SHAPES, SITE_SHAPES, conform
from siteprior.registers.coordinates.match_shapes import all_shapes, areas_agree
from siteprior.registers.coordinates.site_shapes import no_shapes, read_shapes, site_shapes
from siteprior.registers.matching.similarity import reference_key

X, Y = 400_000, 290_000


def square(x, y, hectares=1.0):
    """Return a square of the hectares with its middle at x and y, in metres from the corner of this page's map."""
    half = (hectares * 10_000) ** 0.5 / 2
    return box(X + x - half, Y + y - half, X + x + half, Y + y + half)


def sites(*rows, council="E08000028"):
    """Make sites from (reference, x, y, hectares) and, where not high, the confidence; x None is no place."""
    table = pd.DataFrame(
        [(*row, "high")[:5] for row in rows], columns=["reference", "x", "y", "hectares", "coordinate_confidence"]
    )
    table["organisation"], table["file"], table["row"] = council, "register.csv", range(2, len(table) + 2)
    seen = table.groupby("reference").cumcount() + 1
    ids = council + ":" + table["reference"] + ("~" + seen.astype(str)).where(seen > 1, "")
    points = [None if pd.isna(x) else Point(X + x, Y + y) for x, y in zip(table["x"], table["y"], strict=True)]
    index = pd.Index(ids, name="site_id")
    table = gpd.GeoDataFrame(table.drop(columns=["x", "y"]).set_axis(index), geometry=points, crs=CRS)
    return conform(table, REGISTER)


def drawn(*rows):
    """Make polygons from (reference, shape) and, where stated, the council."""
    table = pd.DataFrame([(*row, None)[:3] for row in rows], columns=["reference", "geometry", "organisation"])
    table.index = [f"own.gpkg#{number}" for number in range(1, len(table) + 1)]
    table = gpd.GeoDataFrame(table, crs=CRS)
    return conform(table.assign(hectares=table.area / 10_000), SHAPES)


def bases(shapes):
    return shapes["shape_basis"].fillna("").tolist()


class TestReading:
    def write(self, folder, columns, shapes, crs=CRS, name="own.gpkg"):
        gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(folder / name)
        return folder / name

    def test_broken_ones_are_mended_and_what_is_no_polygon_is_left_out(self, tmp_path):
        bow = Polygon([(X, Y), (X + 200, Y + 200), (X + 200, Y), (X, Y + 200)])
        flat = Polygon([(X, Y), (X + 200, Y), (X + 100, Y)])
        line = LineString([(X, Y), (X + 9, Y)])
        path = self.write(tmp_path, {"REF": list("abcde")}, [square(0, 0), bow, line, None, flat], name="o.geojson")
        table, issues, (origin,) = read_shapes(path, reference="REF", organisation="E08000028", files="drawings")
        assert table["reference"].to_dict() == {"drawings#1": "a", "drawings#2": "b"}
        assert table["hectares"].tolist() == pytest.approx([1.0, 2.0])  # the bow's two triangles of 1 ha
        assert table.is_valid.all()
        assert set(table["organisation"]) == {"E08000028"}
        assert issues[["row", "issue_type"]].values.tolist() == [
            [3, "Unexpected geom type"], [4, "invalid geometry - not fixable"],
            [2, "invalid geometry - fixed"], [5, "invalid geometry - not fixable"],
        ]  # fmt: skip
        assert set(issues["file"]) == {"drawings"}
        assert (origin.role, origin.file, origin.rows) == ("shapes", "drawings", 2)

    def test_references_are_text_and_places_come_in_metres(self, tmp_path):
        path = self.write(tmp_path, {"no": [12.0, None]}, [square(0, 0), square(300, 0)])
        assert read_shapes(path, reference="no").table["reference"].fillna("-").tolist() == ["12", "-"]
        degrees = gpd.GeoSeries([square(0, 0)], crs=CRS).to_crs(4326)
        path = self.write(tmp_path, {"a": [1]}, degrees, crs=4326, name="wgs.geojson")
        packed = tmp_path / "wgs.geojson.gz"
        packed.write_bytes(gzip.compress(path.read_bytes()))
        table = read_shapes(packed).table
        assert table["hectares"].tolist() == pytest.approx([1.0], rel=1e-3)
        assert table.geometry.iloc[0].centroid.distance(Point(X, Y)) < 1
        assert table["reference"].isna().all()

    def test_a_column_that_is_not_there_is_named(self, tmp_path):
        path = self.write(tmp_path, {"REF": ["a"]}, [square(0, 0)])
        with pytest.raises(InputError, match=r"own: has no column 'ref' \(reference\); it has REF"):
            read_shapes(path, reference="ref", files="own")


class TestByReference:
    @pytest.mark.parametrize(("one", "other"), [("BR/001", "br 1"), ("S112", "S-112"), ("007", "7"), ("É1", "é 1")])
    def test_spellings_of_one_reference_meet(self, one, other):
        assert reference_key(one) == reference_key(other)

    @pytest.mark.parametrize(("one", "other"), [("S-1-12", "S-11-2"), ("12", "120"), ("A1", "1A"), ("1", "01a")])
    def test_other_references_do_not(self, one, other):
        assert reference_key(one) != reference_key(other)

    def test_takes_the_polygon_of_its_council_near_by(self):
        here = sites(("BR/001", 0, 0, 1.0), ("BR/002", 500, 0, 1.0), ("BR/003", 1000, 0, 1.0))
        own = drawn(("br 1", square(20, 0)), ("BR2", square(500, 0), "E08000029"), ("BR-3", square(1000, 0, 1.2)))
        shapes, issues = site_shapes(here, own)
        # the second is another council's by its reference, but lies where the site lies and is of its size
        assert bases(shapes) == ["polygon by reference", "polygon by location", "polygon by reference"]
        assert shapes["shape_id"].tolist() == ["own.gpkg#1", "own.gpkg#2", "own.gpkg#3"]
        assert shapes["position_uncertainty_m"].tolist() == [0, 3, 0]
        assert shapes["shape_hectares"].tolist() == pytest.approx([1.0, 1.0, 1.2])
        assert shapes["hectares_agree"].tolist() == ["yes"] * 3
        assert issues.empty

    def test_several_polygons_of_one_reference_are_one_site(self):
        shapes, issues = site_shapes(
            sites(("S1", 0, 0, 2.0)), drawn(("S1", square(-60, 0)), ("S1", square(60, 0)))
        )  # fmt: skip
        assert shapes["shape_hectares"].tolist() == pytest.approx([2.0])
        assert shapes.geometry.iloc[0].geom_type == "MultiPolygon"
        assert issues[["issue_type", "action", "row"]].values.tolist() == [
            ["combined-value", "2 polygons of this reference make up its shape", 2]
        ]

    def test_a_polygon_far_away_is_not_the_sites(self):
        shapes, issues = site_shapes(
            sites(("S1", 0, 0, 1.0), ("S2", 9000, 0, 1.0)),
            drawn(("S1", square(1100, 0), "E08000028"), ("S2", square(0, 5000))),
        )
        assert bases(shapes) == ["disc", "disc"]
        # only the first is a contradiction: number S2 may be another council's
        assert issues["action"].tolist() == [
            "polygon not used: the one of this reference lies 1,050 m from the site",
            "2 of 2 polygons belong to no site read",
        ]
        assert issues["site_id"].tolist() == ["E08000028:S1", ""]

    def test_without_a_place_the_council_has_to_be_stated(self):
        lost = sites(("S1", None, None, 1.0, "none"), ("S2", None, None, 1.0, "none"))
        shapes, _ = site_shapes(lost, drawn(("S1", square(0, 0), "E08000028"), ("S2", square(500, 0))))
        assert bases(shapes) == ["polygon by reference", ""]
        assert shapes.geometry.notna().tolist() == [True, False]

    def test_two_sites_of_one_reference_are_distinguished_by_size_or_not_at_all(self):
        twice = sites(("S1", 0, 0, 1.0), ("S1", 30, 0, 4.0))
        shapes, issues = site_shapes(twice, drawn(("S1", square(10, 0, 4.1))))
        assert bases(shapes) == ["disc", "polygon by location"]
        assert issues["action"].tolist() == ["polygon not used: another site bears its reference, too"] * 2
        # of two spellings the one written alike goes first
        alike = sites(("S1", 0, 0, 1.0), ("S-01", 100, 0, 1.0))
        shapes, _ = site_shapes(alike, drawn(("S1", square(50, 0, 2.9))))
        assert bases(shapes) == ["polygon by reference", "disc"]

    def test_a_polygon_that_contradicts_the_hectares_is_kept_flagged_and_logged(self):
        shapes, issues = site_shapes(
            sites(("S1", 0, 0, 1.0), ("S2", 900, 0, 8.0), ("S3", 2000, 0, None)),
            drawn(("S1", square(0, 0, 1.6)), ("S2", square(900, 0, 1.0)), ("S3", square(2000, 0))),
        )
        assert bases(shapes) == ["polygon by reference"] * 3
        assert shapes["hectares_agree"].fillna("").tolist() == ["no", "no", ""]
        assert issues[["field", "issue_type", "value"]].values.tolist() == [
            ["hectares", "too small", "1"], ["hectares", "too large", "8"],
        ]  # fmt: skip


class TestByLocation:
    def basis(self, site, *shapes):
        return bases(site_shapes(sites(("S1", *site)), drawn(*((None, shape) for shape in shapes)))[0])[0]

    def test_inside_or_near_exactly_one_of_its_size(self):
        assert self.basis((0, 0, 1.0), square(40, 0)) == "polygon by location"
        assert self.basis((0, 0, 1.0), square(99, 0)) == "polygon by location"  # 49 m from its edge
        assert self.basis((0, 0, 1.0), square(101, 0)) == "disc"
        assert self.basis((0, 0, 1.0), square(0, 0, 1.51)) == "disc"
        assert self.basis((0, 0, 1.0), square(0, 0, 0.66)) == "disc"
        assert self.basis((0, 0, None), square(0, 0)) == "point"  # nothing shows that it is the site

    def test_the_one_it_lies_in_goes_before_those_near_by(self):
        assert self.basis((0, 0, 1.0), square(0, 0), square(90, 0)) == "polygon by location"
        assert self.basis((0, 0, 1.0), square(0, 0), square(0, 0, 200)) == "polygon by location"
        assert self.basis((0, 0, 1.0), square(10, 0), square(-10, 0)) == "disc"
        assert self.basis((0, 0, 1.0), square(90, 0), square(-90, 0)) == "disc"

    def test_two_sites_never_share_one(self):
        shapes, issues = site_shapes(sites(("S1", 0, 0, 1.0), ("S2", 10, 0, 1.0)), drawn((None, square(0, 0))))
        assert bases(shapes) == ["disc", "disc"]
        assert issues["action"].tolist()[:2] == ["polygon not used: another site of its size lies there, too"] * 2

    def test_a_polygon_with_another_sites_reference_is_taken_once(self):
        shapes, _ = site_shapes(sites(("S1", 0, 0, 1.0), ("S2", 10, 0, 1.0)), drawn(("S1", square(0, 0))))
        assert bases(shapes) == ["polygon by reference", "disc"]


class TestDiscsAndPoints:
    def test_the_radius_is_that_of_the_published_figures(self):
        # METHODS 2g: 1 ha = 56 m, 26 ha = 288 m
        shapes, _ = site_shapes(sites(("S1", 0, 0, 1.0), ("S2", 5000, 0, 26.0)))
        assert bases(shapes) == ["disc", "disc"]
        west, _, east, _ = shapes.geometry.bounds.to_numpy().T
        assert ((east - west) / 2).round().tolist() == [56, 288]
        assert (shapes["position_uncertainty_m"] - 3).round().tolist() == [56, 288]
        assert (shapes.area / 10_000).tolist() == pytest.approx([1.0, 26.0], rel=2e-3)
        assert shapes["shape_hectares"].tolist() == [1.0, 26.0]
        assert shapes["hectares_agree"].isna().all()

    def test_doubt_about_the_coordinates_adds_to_it(self):
        here = sites(*((name, n * 3000, 0, 1.0, name) for n, name in enumerate(("high", "medium", "low"))),
                     ("unsaid", 9000, 0, 1.0, None))  # fmt: skip
        shapes, _ = site_shapes(here)
        radius = (10_000 / np.pi) ** 0.5
        assert (shapes["position_uncertainty_m"] - radius).round(6).tolist() == [3, 100, 1000, 1000]

    def test_what_is_not_known_is_missing(self):
        shapes, issues = site_shapes(
            sites(("S1", 0, 0, None), ("S2", None, None, 2.0, "none"), ("S3", 0, 0, 0.0)), no_shapes()
        )
        assert bases(shapes) == ["point", "", "point"]
        assert shapes.geometry.isna().all()
        assert shapes[["position_uncertainty_m", "shape_hectares"]].isna().all(axis=None)
        assert issues.empty
        assert list(shapes.columns) == [*SITE_SHAPES.names, "geometry"]
        empty, _ = site_shapes(sites(("S1", 0, 0, 1.0)).iloc[:0], drawn(("S1", square(0, 0))))
        assert empty.empty


def test_every_parameter_is_sourced():
    for preset in parameter_rows("shapes"):
        assert preset.unit
        assert preset.source.startswith("siteprior: ")
        assert preset.confidence == "proposal"


def test_areas_agree_both_ways_and_never_with_what_is_missing():
    assert areas_agree([1, 1.5, 1, 1, np.nan, 0], [1.5, 1, 1.6, 0, 1, 0]).tolist() == [True, True] + [False] * 4


def test_the_sites_and_the_order_of_either_table_do_not_matter():
    rng = np.random.default_rng(5)
    places = rng.uniform(0, 3000, (60, 2)).round()
    here = sites(*((f"S{n % 50}", *place, rng.choice([0.5, 1, 2])) for n, place in enumerate(places)))
    own = drawn(*((f"s-{n}" if n % 3 else None, square(*(place + 20), 1.0)) for n, place in enumerate(places[:40])))
    before = here.copy()
    first, issues = site_shapes(here, own)
    assert len(set(bases(first))) == 3
    pd.testing.assert_frame_equal(here, before)
    again, others = site_shapes(here.sample(frac=1, random_state=1), own.sample(frac=1, random_state=2))
    again = again.loc[first.index]
    assert again.geometry.geom_equals(first.geometry).all()
    pd.testing.assert_frame_equal(pd.DataFrame(again).drop(columns="geometry"),
                                  pd.DataFrame(first).drop(columns="geometry"))  # fmt: skip
    columns = ["issue_type", "action", "site_id"]
    assert sorted(others[columns].values.tolist()) == sorted(issues[columns].values.tolist())


def test_no_real_site_gets_anothers_polygon(real, tmp_path):
    """Squares of the registered size, laid 25 m beside the points of Sandwell's and Walsall's registers."""
    from siteprior.registers.reader import read_registers

    folder = real / "real" / "brownfield" / "registers_wmca"
    registers = [folder / "sandwell_2019.csv.gz", folder / "walsall_2019.csv.gz"]
    here = read_registers(registers, organisations=["E08000028", "E08000030"]).table
    known = here[here.geometry.notna() & (here["hectares"] > 0)]
    half = np.sqrt(known["hectares"].to_numpy() * 10_000) / 2
    middle = known.geometry.translate(25, 0)
    squares = gpd.GeoSeries(
        [MultiPolygon([box(p.x - h, p.y - h, p.x + h, p.y + h)]) for p, h in zip(middle, half, strict=True)], crs=CRS
    )
    gpd.GeoDataFrame({"REF": known["reference"].to_numpy()}, geometry=squares).to_file(tmp_path / "own.gpkg")
    number = {f"own#{row}": site for row, site in enumerate(known.index, 1)}

    named, _ = site_shapes(here, read_shapes(tmp_path / "own.gpkg", reference="REF", files="own").table)
    by_reference = named[named["shape_basis"] == "polygon by reference"]
    assert len(by_reference) > 0.95 * len(known)
    assert [number[shape] for shape in by_reference["shape_id"]] == by_reference.index.tolist()

    nameless, _ = site_shapes(here, read_shapes(tmp_path / "own.gpkg", files="own").table)
    by_location = nameless[nameless["shape_basis"] == "polygon by location"]
    assert len(by_location) > 0.9 * len(known)
    assert [number[shape] for shape in by_location["shape_id"]] == by_location.index.tolist()


def test_a_site_given_as_a_polygon_keeps_it_beside_a_source_of_shapes():
    here = sites(("S1", 0, 0, 1.0, "low"), ("S2", 500, 0, 1.0), ("S3", 10, 0, 1.0))
    given = drawn(("S1", square(0, 0, 1.2))).assign(site_id="E08000028:S1")
    # one of the first site's reference and one of the second's, under labels that stand already
    both = all_shapes([given, drawn(("S1", square(20, 0)), ("S2", square(500, 0)))])
    shapes, issues = site_shapes(here, both)
    assert bases(shapes) == ["polygon as given", "polygon by reference", "disc"]
    assert shapes["shape_id"].fillna("").tolist() == ["own.gpkg#1", "own.gpkg#2", ""]
    assert shapes["shape_hectares"].tolist() == pytest.approx([1.2, 1.0, 1.0])
    assert shapes["position_uncertainty_m"].tolist()[:2] == [0, 0]
    assert issues[["site_id", "action"]].values.tolist() == [
        ["E08000028:S1", "polygon of its reference not used: the site is given as one"]
    ]
    # a table of shapes from before polygons could name their site
    old = drawn(("S2", square(500, 0))).drop(columns="site_id")
    assert bases(site_shapes(here, old)[0]) == ["disc", "polygon by reference", "disc"]
