"""Newport end to end: the timetable as published, its streets and its stops, each measured a second time by hand.

The departures are counted again from the raw rows of the zip, the walks measured again with networkx, and the index
again in plain loops; nothing of siteprior's is used for it but the arrays of the streets.
"""

from __future__ import annotations

import zipfile

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

from factories.real import expected
from siteprior.joins.access.ptal_grid import access_grid, grid_cells
from siteprior.joins.access.ptal_sites import join_access_index
from siteprior.joins.access.walks import Walking
from siteprior.report.geopackage.cog import write_cog
from siteprior.sources.streets.reader import read_streets
from siteprior.sources.timetables.reader import read_timetables
from siteprior.sources.transit.naptan import read_stops

WEST_OF_CENTRE = shapely.box(327_000, 187_000, 331_500, 189_000)
PLACES = {
    "St Woolos": (330_850, 187_660), "Handpost": (330_100, 187_700), "Queensway": (330_900, 188_230),
    "Pill": (331_400, 187_300),
    **expected(whole={"Ruskin Avenue": (327_450, 188_500), "Rogerstone": (327_900, 188_400)},
               of_slice={}),  # its streets end short of them
}  # fmt: skip


@pytest.fixture(scope="module")
def newport(real):
    """Streets, service stops and services of Newport, and the zip they are from."""
    streets = read_streets(
        real / "real/osm/newport-2023-06-13.osm.pbf", within=WEST_OF_CENTRE.buffer(1500), file="streets"
    )
    naptan = read_stops([real / f"real/transit/naptan_{area}_stops_2026-07-21.csv.gz" for area in (531, 532, 533, 554)])
    archive = real / "real/transit/gtfs/newport-20230613_gtfs.zip"
    return streets.table, read_timetables(archive, files=["newport.zip"], naptan=naptan.table).table, archive


@pytest.fixture(scope="module")
def raw(newport):
    """Departures of Tuesday 6 June 2023 from the raw rows: stop, line, seconds; last calls and no-pick-up left out."""
    with zipfile.ZipFile(newport[2]) as archive:
        tables = {}
        for name in ("routes", "trips", "calendar", "stop_times"):
            with archive.open(f"{name}.txt") as member:
                tables[name] = pd.read_csv(member, dtype=str)
    calendar = tables["calendar"]
    runs = calendar[
        (calendar["tuesday"] == "1") & (calendar["start_date"] <= "20230606") & (calendar["end_date"] >= "20230606")
    ]
    trips = tables["trips"][tables["trips"]["service_id"].isin(runs["service_id"])].merge(
        tables["routes"], on="route_id"
    )
    calls = tables["stop_times"].merge(trips, on="trip_id")
    calls["stop_sequence"] = calls["stop_sequence"].astype(int)
    last = calls.groupby("trip_id")["stop_sequence"].transform("max")
    calls = calls[(calls["stop_sequence"] < last) & (calls["pickup_type"] != "1") & (calls["route_type"] == "3")]
    hours = calls["departure_time"].str.split(":", expand=True).astype(int)
    calls["at"] = hours[0] * 3600 + hours[1] * 60 + hours[2]
    calls["line"] = calls["agency_id"] + " " + calls["route_short_name"]
    return calls


def in_peak(raw):
    return raw[(raw["at"] >= 8 * 3600 + 15 * 60) & (raw["at"] < 9 * 3600 + 15 * 60)]


def test_the_day_and_its_departures_are_those_of_the_raw_rows(newport, raw):
    _, timetables, _ = newport
    assert str(timetables.service_date) == "2023-06-06"  # the first Tuesday: of all weekdays most trips run then
    buses = timetables.services[timetables.services["mode"] == "bus"]
    stop_id = timetables.stops["stop_id"]
    for window, start, end in (("am peak", 8.25, 9.25), ("daytime", 10, 16), ("evening", 19, 23)):
        ours = buses[buses["window"] == window]
        ours = ours.groupby([stop_id.reindex(ours["stop_code"]).to_numpy(), "route_name"])["departures"].sum()
        rows = raw[(raw["at"] >= start * 3600) & (raw["at"] < end * 3600)]
        theirs = rows.groupby(["stop_id", "route_short_name"]).size()
        assert ours.to_dict() == theirs.to_dict()
        assert len(theirs) > 300


def test_ten_stops_by_hand(newport, raw):
    _, timetables, _ = newport
    peak = in_peak(raw)
    busiest = peak.groupby("stop_id").size().sort_values(ascending=False, kind="stable").index[:10]
    services = timetables.services[timetables.services["window"] == "am peak"]
    for stop_id in busiest:
        code = timetables.stops.index[timetables.stops["stop_id"] == stop_id].item()
        ours = services[services["stop_code"] == code].groupby("route_name")["per_hour"].sum()
        assert ours.to_dict() == peak[peak["stop_id"] == stop_id].groupby("route_short_name").size().to_dict()


@pytest.fixture(scope="module")
def graph(newport):
    """The streets as a graph of networkx, lengths in metres."""
    network = newport[0]
    edges = zip(network.edge_from.tolist(), network.edge_to.tolist(), (network.edge_mm / 1000).tolist(), strict=True)
    graph = nx.MultiGraph()
    graph.add_weighted_edges_from(edges)
    return graph


def walk_again(network, graph, point, stops):
    """Measure the walks from a point to all stops with networkx: nearest edge by shapely, lengths in metres."""
    lines = network.lines
    tree = shapely.STRtree(lines)

    def onto(place):
        edge = int(tree.nearest(place))
        return edge, shapely.line_locate_point(lines[edge], place), shapely.distance(lines[edge], place)

    edge, along, leg = onto(shapely.Point(point))
    graph.add_edge("start", int(network.edge_from[edge]), weight=along + leg)
    graph.add_edge("start", int(network.edge_to[edge]), weight=network.edge_mm[edge] / 1000 - along + leg)
    metres = nx.single_source_dijkstra_path_length(graph, "start", cutoff=1500, weight="weight")
    graph.remove_node("start")
    walks = {}
    for code, place in zip(stops.index, stops.geometry, strict=True):
        at, there, last = onto(place)
        ways = [metres.get(int(network.edge_from[at]), np.inf) + there]
        ways.append(metres.get(int(network.edge_to[at]), np.inf) + network.edge_mm[at] / 1000 - there)
        if at == edge:
            ways.append(leg + abs(there - along))
        if last <= 250:
            walks[code] = min(ways) + last
    return walks


def test_six_places_route_by_route(newport, raw, graph):
    network, timetables, _ = newport
    points = gpd.points_from_xy(*zip(*PLACES.values(), strict=True))
    sites = gpd.GeoDataFrame(index=pd.Index(list(PLACES), name="site_id"), geometry=points, crs=27700)
    joined, routes = join_access_index(sites, timetables.stops, timetables.services, Walking(network, max_snap_m=250))
    stops = timetables.stops[shapely.intersects(timetables.stops.geometry.to_numpy(), WEST_OF_CENTRE.buffer(1500))]
    peak = in_peak(raw).groupby(["line", "stop_id"]).size()
    for name, point in PLACES.items():
        walks = walk_again(network, graph, point, stops)
        found = {}
        for (line, stop_id), per_hour in peak.items():
            for code in stops.index[stops["stop_id"] == stop_id]:
                if walks.get(code, np.inf) <= 640:
                    walk, other = walks[code], found.get(line, (np.inf, None, None))
                    found[line] = min(other, (walk, code, per_hour))
        edf = {line: 30 / (walk / 80 + 30 / per_hour + 2) for line, (walk, _, per_hour) in found.items()}
        ours = routes[routes["site_id"] == name].set_index("route_name")
        assert len(ours) == len(found)
        for line, (walk, code, per_hour) in found.items():
            row = ours.loc[line.partition(" ")[2]]
            row = row if row.ndim == 1 else row[row["stop_code"] == code].iloc[0]
            assert (row["stop_code"], row["per_hour"]) == (code, per_hour)
            assert row["walk_m"] == pytest.approx(walk, abs=0.01)  # whole millimetres, edge by edge
            assert row["edf"] == pytest.approx(edf[line], abs=1e-4)
        index = (sum(edf.values()) + max(edf.values(), default=0)) / 2
        assert joined.loc[name, "access_index"] == pytest.approx(index, abs=1e-3)
        assert joined.loc[name, "access_index"] == joined.loc[name, "access_index_bus"] == ours["contribution"].sum()
    assert len(routes) >= 10
    assert joined["access_band"].to_dict()["Pill"] == "0"  # streets, but no stop of this cut of the feed
    assert (joined["access_index"] > 0).sum() == expected(whole=5, of_slice=3)
    assert (joined["service_date"] == pd.Timestamp("2023-06-06")).all()
    assert (joined["access_index_sunday"] == 0).all()  # this cut of the feed has coaches alone on a Sunday
    assert joined["well_connected_stop"].isna().all()  # and no trains


def test_the_surface_of_newport(newport, tmp_path):
    network, timetables, _ = newport
    grid = access_grid(WEST_OF_CENTRE, timetables.stops, timetables.services, network, max_snap_m=250)
    assert grid.index.shape == (20, 45)
    cells = grid_cells(grid)
    cathedral, pill = cells["access_index"].loc[["E330800N187600", "E331400N187300"]]
    assert cells.loc["E330800N187600", "access_band"] == "1b"  # this cut of the feed holds few routes
    assert pill == 0
    assert 3 < cathedral <= cells["access_index"].max() < 5
    path = write_cog(
        tmp_path / "newport.tif", grid.index, transform=grid.transform, as_of=timetables.service_date,
        descriptions=["Access index"], nodata=np.nan,
    )  # fmt: skip
    with rasterio.open(path) as raster:
        row, column = raster.index(330_850, 187_650)
        assert raster.read(1)[row, column] == np.float32(cathedral)
