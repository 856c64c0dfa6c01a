"""The map of walk catchments: its grounds in their colours, names that hide nothing, and the same bytes each time."""

from __future__ import annotations

import io
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.image import imread
from shapely import LineString, Point, box

from siteprior.core.errors import InputError
from siteprior.core.schema import CATCHMENTS, conform
from siteprior.report import style
from siteprior.report.maps import legend
from siteprior.report.maps.canvas import Sheet
from siteprior.report.maps.catchments import NAME_SIZE, catchment_map_words, draw_catchments
from siteprior.walking.network import build_network

STREETS = build_network(np.array([LineString([(0, y), (2000, y)]) for y in range(0, 2001, 200)]))


def catchments(*rows, basis="streets"):
    """Make catchments from (stop, walk, shape)."""
    table = pd.DataFrame([(stop, float(walk), basis) for stop, walk, _ in rows], columns=["stop", "band_m", "basis"])
    table.index = [f"{stop}|{walk}" for stop, walk, _ in rows]
    shapes = gpd.GeoSeries([shape for *_, shape in rows], index=table.index, crs=27700)
    return conform(gpd.GeoDataFrame(table, geometry=shapes), CATCHMENTS)


def stops(*places, state="open"):
    names = [f"Long name of stop {i}" for i in range(len(places))]
    return gpd.GeoDataFrame({"stop_name": names, "state": state}, geometry=[Point(p) for p in places], crs=27700)


@pytest.fixture(scope="module")
def tables():
    walks = catchments(("A", 400, box(800, 800, 1200, 1200)), ("A", 800, box(500, 500, 1500, 1500)))
    index = pd.Index(["X:1", "X:2", "X:3"], name="site_id")
    sites = gpd.GeoDataFrame(
        {"eligible": ["yes", "yes", "no"], "rank": pd.array([1, 2, None], dtype="Int64")},
        index=index,
        geometry=[Point(900, 900), Point(1300, 700), Point(700, 1300)],
        crs=27700,
    )
    return walks, stops((1000, 1000)), sites


def draw(tables, **changes):
    return draw_catchments(*tables, **{"title": "Costs $5, or $6", "attribution": "Contains $ and <b>.", **changes})


def drawn(png):
    pixels = (imread(io.BytesIO(png))[..., :3] * 255).round().astype(int)
    red, green, blue = pixels.reshape(-1, 3).T
    return {f"#{value:06x}" for value in np.unique(red << 16 | green << 8 | blue)}


def test_grounds_sites_and_stop_are_there_in_their_colours(tables):
    found = drawn(draw(tables, network=STREETS, shortlist=["X:1"]))
    assert {*style.WALK_ENDS, style.ACCENT, style.INK, style.SITE, style.SITE_OUT} <= found
    assert style.ACCENT not in drawn(draw(tables))
    assert style.ACCENT in drawn(draw(tables, illustrative=True))


@pytest.mark.parametrize("file_format", ["png", "svg"])
def test_same_tables_same_bytes(tables, file_format):
    first = draw(tables, network=STREETS, file_format=file_format)
    assert draw(tables, network=STREETS, file_format=file_format) == first
    assert b"<dc:date>" not in first
    assert b"tIME" not in first


def test_ground_on_foot_stands_beside_that_of_the_circle(tables):
    walks, around, _ = tables
    assert catchment_map_words(walks, around) == (
        "Map of the walk catchment of Long name of stop 0. Within 400 m: 16 ha on foot, 50 ha as the crow flies (32%). "
        "Within 800 m: 100 ha on foot, 201 ha as the crow flies (50%)."
    )


def test_ground_of_two_stops_counts_once_and_a_guess_is_called_one():
    walks = catchments(("A", 400, box(0, 0, 400, 400)), ("B", 400, box(200, 0, 600, 400)), basis="hull")
    words = catchment_map_words(walks, stops((200, 200), (400, 200)))
    assert "Within 400 m: 24 ha on foot" in words
    assert words.endswith("Approximate: hulls of the places reached.")
    disc = catchments(("A", 400, box(0, 0, 400, 400)), basis="disc")
    assert "no streets were read" in catchment_map_words(disc, stops((200, 200)))


def test_names_of_crowded_stops_hide_neither_one_another_nor_a_rank(tables, monkeypatch):
    walks, _, sites = tables
    boxes = []
    text = Sheet.text

    def write(self, x, y, words, size, **look):
        if "halo" in look and look.get("fontweight") and words != "N":
            boxes.append(shapely.box(x, y, x + self.measure(words, NAME_SIZE, fontweight="bold"), y + 2))
        return text(self, x, y, words, size, **look)

    monkeypatch.setattr(Sheet, "text", write)
    crowd = stops((900, 950), (960, 950), (930, 1010), (1000, 900), (850, 900))
    draw((walks, crowd, sites), shortlist=["X:1"])
    assert len(boxes) == 5
    assert not any(one.intersects(other) for one, other in combinations(boxes, 2))


def test_of_many_stops_no_name_covers_a_number(tables, monkeypatch):
    walks, _, _ = tables
    ranks, names = [], []
    monkeypatch.setattr(legend, "draw_number", lambda sheet, x, y, *_, **__: ranks.append(shapely.Point(x, y)))
    text = Sheet.text

    def write(self, x, y, words, size, **look):
        if "halo" in look and look.get("fontweight") and words != "N":
            names.append(shapely.box(x, y - 0.4, x + self.measure(words, NAME_SIZE, fontweight="bold"), y + 2.2))
        return text(self, x, y, words, size, **look)

    monkeypatch.setattr(Sheet, "text", write)
    spots = [(750 + 60 * column, 800 + 60 * row) for row in range(4) for column in range(5)]
    sites = gpd.GeoDataFrame(
        {"eligible": "yes", "rank": pd.array(range(1, 21), dtype="Int64")},
        index=pd.Index([f"X:{i}" for i in range(1, 21)], name="site_id"),
        geometry=[Point(spot) for spot in spots],
        crs=27700,
    )
    draw((walks, stops(*((x + 30, y + 40) for x, y in spots)), sites), shortlist=list(sites.index))
    assert len(ranks) == 21  # and one in the key
    assert names
    # a number's figures reach some 1.2 mm from its middle
    assert max(name.intersection(rank.buffer(1.2)).area for name in names for rank in ranks) == 0


def test_catchments_without_a_shape_and_empty_tables_do_no_harm(tables):
    walks, around, sites = tables
    none = catchments(("A", 400, None))
    assert style.INK in drawn(draw((none, around, sites.iloc[:0])))
    assert catchment_map_words(none, around) == "Map of the walk catchment of Long name of stop 0."
    partly = pd.concat([walks, catchments(("B", 400, None))])
    assert style.WALK_ENDS[0] in drawn(draw((partly, around, sites)))


def test_districts_are_outlined(tables):
    shapes = [box(0, 0, 1000, 2000), box(1000, 0, 1900, 2000)]
    areas = gpd.GeoDataFrame({"district_code": ["E1", "E1"]}, geometry=shapes, crs=27700)
    assert draw((*tables, areas)) != draw(tables)


def test_faults_are_named(tables):
    walks, around, sites = tables
    with pytest.raises(InputError) as caught:
        draw((walks.to_crs(4326), around.to_crs(4326), sites), file_format="gif")
    assert [fault.partition(":")[0] for fault in caught.value.faults[:2]] == ["catchments", "stops"]
    assert "gif" in caught.value.faults[2]
    with pytest.raises(InputError, match="sites: lacks the columns rank"):
        draw((walks, around, sites.drop(columns="rank")))
