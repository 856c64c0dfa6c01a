"""Historic landfill in the Environment Agency's forms: shares, waste, zeros where it looked, and what is refused."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from factories.published import (
    AREAS,
    FAR,
    NATIONAL,
    SOUTH,
    WEST,
    frame,
    geojson,
    measured,
    national,
    read_evidence,
    site,
    square,
)
from siteprior.core.errors import InputError
from siteprior.joins.layers import join_layers, layer_signals
from siteprior.sources.registry import EVIDENCE

FACTS = {
    "HLD_REF": ["EAHLD1", "EAHLD2"], "SITE_NAME": ["Tip", "Pit"], "INERT": ["Yes", ""], "INDUSTRIAL": ["Yes", "No"],
    "HOUSEHOLD": ["", "Yes"], "BUFF_POINT": ["", "Yes"],
}  # fmt: skip
TWO = [square(0, 0), square(300, 300)]
BOX = [WEST, SOUTH, WEST + 1000, SOUTH + 2000]


def landfill(shapes=TWO, **facts):
    return frame(shapes, **(FACTS | facts))


def whole(shapes=TWO):
    """Return landfill that spans England."""
    return frame([*shapes, *NATIONAL], **{name: [*values, *[""] * len(NATIONAL)] for name, values in FACTS.items()})


@pytest.mark.parametrize("form", ["shp", "gpkg", "geojson", "zip"])
def test_the_share_and_the_waste_are_the_same_in_each_form(tmp_path, form):
    path = tmp_path / f"Historic_Landfill_Sites.{form}"
    if form == "geojson":
        geojson(path, landfill(), crs=27700, crs_member=None)
        path = tmp_path / "wfs.geojson"
        landfill().to_crs(4326).to_file(path)
    elif form == "zip":
        landfill().to_file(path.with_suffix(".shp.zip"))
        path = path.with_suffix(".shp.zip")
    else:
        landfill().to_file(path)
    reading = read_evidence("historic_landfill", path, coverage=BOX)
    found = measured("historic_landfill", reading, square(50, 0), square(310, 310, 50), square(700, 700))
    assert found["historic_landfill"].tolist() == pytest.approx([0.5, 1.0, 0.0], abs=1e-3)
    assert found["historic_landfill_waste"].tolist() == [
        "inert, industrial waste", "household waste, drawn as a circle about a point", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("coverage", "expected"),
    [(None, [0.5, None, None]), (BOX, [0.5, 0.0, None]), ("England", [0.5, 0.0, 0.0]), ("E08000025", [0.5, 0.0, None])],
)
def test_nothing_there_is_a_zero_only_where_it_looked(tmp_path, coverage, expected):
    path = tmp_path / "cut.gpkg"
    landfill().to_file(path)
    keys = {} if coverage is None else {"coverage": coverage}
    reading = read_evidence("historic_landfill", path, **keys)
    found = measured("historic_landfill", reading, square(50, 0), square(700, 700), square(1700, 700))
    assert found["historic_landfill"].tolist() == expected


def test_a_file_that_spans_england_is_the_national_layer(tmp_path):
    path = tmp_path / "all.gpkg"
    whole().to_file(path)
    reading = read_evidence("historic_landfill", path)
    assert reading.provenance[0].rows == 10_002
    found = measured("historic_landfill", reading, square(50, 0), square(700, 700), square(1700, 700), square(9000, 0))
    assert found["historic_landfill"].tolist() == [0.5, 0.0, 0.0, None]  # the last lies outside the areas
    welsh = AREAS.rename({"E01000002": "W01000002"}).rename_axis("lsoa_code")
    reading = read_evidence("historic_landfill", path, areas=welsh)
    found = measured("historic_landfill", reading, square(700, 700), square(1700, 700))
    assert found["historic_landfill"].tolist() == [0.0, None]


@pytest.mark.parametrize(
    "beyond",
    [FAR, [shapely.union_all(FAR)], national(9_000), national(without=[(3, 3), (4, 3), (3, 4), (4, 4), (3, 5)]),
     [*(square(0, n / 100, 1) for n in range(10_000)), *national(23)]],
    ids=["two far off", "one of two parts", "too few", "squares without any", "a cut, and one in each square"],
)  # fmt: skip
def test_what_only_a_box_spans_is_not_the_national_layer(tmp_path, beyond):
    path = tmp_path / "cut.gpkg"
    frame([*TWO, *beyond], **{name: [*values, *[""] * len(beyond)] for name, values in FACTS.items()}).to_file(path)
    found = measured("historic_landfill", read_evidence("historic_landfill", path), square(700, 700))
    assert found["historic_landfill"].tolist() == [None]


def test_the_signal_says_what_lies_there_and_never_that_a_site_is_clean(tmp_path):
    path = tmp_path / "cut.gpkg"
    landfill().to_file(path)
    evidence = EVIDENCE["historic_landfill"]
    reading = read_evidence("historic_landfill", path, coverage=BOX)
    sites, drawn = site(square(50, 0), square(0, 0), square(700, 700))
    columns = join_layers(sites, [reading.table[spec.name] for spec in evidence.specs], evidence.specs, shapes=drawn)
    rows = layer_signals(
        sites.join(columns), evidence.specs, shapes=drawn, none=evidence.none, beside=evidence.described_by
    )
    assert rows["value"].tolist() == [0.25, 0.5, 0.0]  # half the share
    assert set(rows["grade"]) == {"B"}
    assert set(rows["signal"]) == {"X"}
    assert rows["reason"].tolist() == [
        "historic landfill: 50% of the site, inert, industrial waste (Historic landfill)",
        "historic landfill: 100% of the site, inert, industrial waste (Historic landfill)",
        "no historic landfill (Historic landfill)",
    ]
    assert not rows["reason"].str.contains("contaminat").any()


def test_a_file_without_its_columns_is_refused_by_name(tmp_path):
    path = tmp_path / "x.shp"
    frame(TWO, ref=["a", "b"]).to_file(path)
    with pytest.raises(InputError, match=r"historic_landfill: x.shp: has no column that says what was tipped \(looked "
                       r"for inert, industrial.*\); it has ref"):  # fmt: skip
        read_evidence("historic_landfill", path)


def test_points_are_refused_where_polygons_are_needed(tmp_path):
    path = tmp_path / "points.gpkg"
    landfill([shape.centroid for shape in TWO]).to_file(path)
    with pytest.raises(InputError, match=r"historic_landfill: points.gpkg: holds Point about the areas, and polygons"):
        read_evidence("historic_landfill", path)


def test_broken_polygons_are_mended_and_logged_also_from_the_cache(tmp_path):
    bow = shapely.Polygon([(WEST, SOUTH), (WEST + 200, SOUTH + 200), (WEST + 200, SOUTH), (WEST, SOUTH + 200)])
    path = tmp_path / "bow.gpkg"
    landfill([bow, TWO[1]]).to_file(path)
    first, again = (read_evidence("historic_landfill", path, cache=tmp_path / "c", coverage=BOX) for _ in range(2))
    assert first.issues[["file", "row", "issue_type"]].values.tolist() == [["bow.gpkg", 1, "invalid geometry - fixed"]]
    pd.testing.assert_frame_equal(first.issues, again.issues)
    found = [measured("historic_landfill", reading, square(0, 0, 200)) for reading in (first, again)]
    assert found[0]["historic_landfill"].tolist() == [0.5]
    pd.testing.assert_frame_equal(*found)


def test_without_the_file_no_value_rises(tmp_path):
    path, none = tmp_path / "cut.gpkg", tmp_path / "none.geojson"
    landfill().to_file(path)
    none.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    outlines = (square(50, 0), square(700, 700))
    given = measured("historic_landfill", read_evidence("historic_landfill", path, coverage=BOX), *outlines)
    blank = measured("historic_landfill", read_evidence("historic_landfill", none, coverage=BOX), *outlines)
    assert blank["historic_landfill"].tolist() == [0.0, 0.0]
    assert (blank["historic_landfill"] <= given["historic_landfill"]).all()
