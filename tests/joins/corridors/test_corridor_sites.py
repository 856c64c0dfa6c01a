from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.schema import SITE_CORRIDORS, check
from siteprior.joins.access.walks import Walking
from siteprior.joins.corridors.corridor_sites import corridor_sites
from siteprior.joins.corridors.corridor_walks import join_corridors
from siteprior.sources.transit.corridors import corridor_lines, read_corridor_lines, read_corridor_stops, stops_along
from siteprior.walking.network import build_network

OPTIONS = {"reach_m": 960}


@pytest.fixture
def two(make_corridor_stops):
    """A runs east, B north; they share the stop at (1000, 0); the end of B is not open yet."""
    stops = make_corridor_stops(
        ("B", 1, 1000, 0), ("B", 2, 1000, 2000, "planned"), ("A", 1, 0, 0), ("A", 2, 1000, 0), ("A", 3, 3000, 0),
    ).assign(chainage_m=[0.0, 2000, 0, 1000, 3000])  # fmt: skip
    return stops, corridor_lines(stops)


def test_one_row_per_site_and_corridor_in_reach(make_sites, two):
    sites = make_sites((1100, 300), (1000, 1900), (-100, 0), (9000, 0), None)
    table = corridor_sites(sites, *two, count_planned=True, **OPTIONS)
    check(table, SITE_CORRIDORS, name="table")
    assert list(table.columns) == SITE_CORRIDORS.names
    assert table.index.to_list() == ["E08:3|A", "E08:1|A", "E08:1|B", "E08:2|B"]  # by corridor, chainage
    assert table["stop"].to_list() == ["Stop A#1", "Stop A#2", "Stop B#1", "Stop B#2"]
    assert table["stop_order"].to_list() == [1, 2, 1, 2]
    assert table["stop_state"].to_list() == ["open", "open", "open", "planned"]
    assert table["chainage_m"].to_list() == [0, 1100, 300, 1900]
    assert table["side"].to_list() == ["on the line", "left", "right", "on the line"]
    walk = 1.3 * np.hypot(100, 300)
    assert table["walk_m"].to_list() == pytest.approx([130, walk, walk, 130])
    assert table["decay"].to_list() == pytest.approx([1, (960 - walk) / 560, (960 - walk) / 560, 1])
    assert table["nearest"].to_list() == ["yes", "yes", "no", "yes"]
    assert set(table["walk_basis"]) == {"straight-line"}


def test_no_site_stands_beyond_the_end_of_the_line(make_sites, make_corridor_stops):
    rng = np.random.default_rng(11)
    for _ in range(40):
        places = np.cumsum(rng.uniform(50, 1500, (6, 2)), axis=0)
        stops = make_corridor_stops(*(("A", order, *place) for order, place in enumerate(places, 1)))
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(places, axis=0).T))])
        stops = stops.assign(chainage_m=along)
        lines = corridor_lines(stops)
        sites = make_sites(*(places[-1] + rng.uniform(0, 300, (4, 2))), *(places[0] - rng.uniform(0, 300, (4, 2))))
        chainage = corridor_sites(sites, stops, lines, **OPTIONS)["chainage_m"]
        assert len(chainage) == 8
        assert chainage.between(0, lines.geometry.iloc[0].length).all()
        assert chainage.max() <= along[-1] + 1e-9


def test_the_long_table_and_the_columns_agree(make_sites, make_corridor_stops):
    rng = np.random.default_rng(5)
    rows = [(name, order, *(rng.integers(0, 40, 2) * 100)) for name in "CAB" for order in range(1, 9)]
    stops = make_corridor_stops(*rows)
    sites = make_sites(*(rng.integers(0, 40, (200, 2)) * 100))
    streets = [[(0, y), (4000, y)] for y in range(0, 4001, 400)] + [[(x, 0), (x, 4000)] for x in range(0, 4001, 400)]
    crossings = shapely.get_parts(shapely.node(shapely.multilinestrings([shapely.LineString(s) for s in streets])))
    for network in (None, build_network(crossings)):
        walking = Walking(network)
        table = corridor_sites(sites, stops, corridor_lines(stops), walking, **OPTIONS)
        joined = join_corridors(sites, stops, corridor_lines(stops), walking, **OPTIONS)
        assert joined["corridors_in_reach"].fillna(0).sum() == len(table) > 50
        by_site = table.sort_values(["site_id", "walk_m", "corridor"]).groupby("site_id")["corridor"].agg("; ".join)
        assert joined["corridors"].dropna().sort_index().to_dict() == by_site.to_dict()
        nearest = table[table["nearest"] == "yes"].set_index("site_id")
        near = joined[joined["corridors_in_reach"] > 0]
        assert nearest["corridor"].reindex(near.index).to_list() == near["corridor"].to_list()
        for long, wide in (("walk_m", "corridor_walk_m"), ("chainage_m", "corridor_chainage_m"),
                           ("decay", "corridor_decay")):  # fmt: skip
            assert nearest[long].reindex(near.index).to_list() == near[wide].to_list()
        assert nearest["side"].reindex(near.index).to_list() == near["corridor_side"].to_list()


def test_walks_over_streets(make_sites, two):
    streets = build_network([shapely.LineString([(-500, 0), (1000, 0)]), shapely.LineString([(1000, 0), (1000, 800)])])
    table = corridor_sites(
        make_sites((1050, 500), (1300, 0)), *two, Walking(network=streets, max_snap_m=100), **OPTIONS
    )
    assert table[["corridor", "walk_m", "walk_basis"]].to_numpy().tolist() == [
        ["A", 550, "network"], ["B", 550, "network"],
    ]  # fmt: skip


def test_nothing_in_reach_gives_an_empty_table(make_sites, two, make_corridor_stops):
    table = corridor_sites(make_sites((90000, 0), None), *two, **OPTIONS)
    assert table.empty
    check(table, SITE_CORRIDORS, name="table")
    shut = make_corridor_stops(("A", 1, 0, 0, "closed"))
    assert corridor_sites(make_sites((0, 0)), shut, corridor_lines(shut), **OPTIONS).empty


def test_a_corridor_from_stops_and_from_a_line_give_the_same_table(tmp_path, make_sites, make_stops):
    spots = [(400000, 290000), (401000, 290000), (402000, 291000)]
    rows = [f"Line,metro,{i},Stop S{i},S{i},{x},{y},open" for i, (x, y) in enumerate(spots, start=1)]
    header = "corridor,kind,order,stop_name,atco,easting,northing,state"
    (tmp_path / "stops.csv").write_text("\n".join([header, *rows]))
    gpd.GeoDataFrame({"Name": ["Line"]}, geometry=[shapely.LineString(spots)], crs=27700).to_file(tmp_path / "l.gpkg")
    by_stops = read_corridor_stops(tmp_path / "stops.csv").table
    line = read_corridor_lines(tmp_path / "l.gpkg", name_column="Name", kind="metro").table
    stops = make_stops(*((f"S{i}", "metro", x, y) for i, (x, y) in enumerate(spots, start=1)))
    by_line = stops_along(line, stops, snap_m=150)
    sites = make_sites((400300, 290200), (401500, 290300), (402100, 291300))
    first = corridor_sites(sites, by_stops, corridor_lines(by_stops), **OPTIONS)
    again = corridor_sites(sites, by_line, corridor_lines(by_line, lines=line), **OPTIONS)
    assert first["side"].to_list() == ["left", "right", "left"]
    pd.testing.assert_frame_equal(first, again)


def test_a_wrong_call_is_refused(make_sites, two):
    with pytest.raises(InputError, match=r"walk_factor: 0\.5 is below 1"):
        corridor_sites(make_sites((0, 0)), *two, Walking(walk_factor=0.5), reach_m=960)
