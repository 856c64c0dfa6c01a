"""What a run states of stops and corridors: which have none that counts and why, and which stops no file holds."""

from __future__ import annotations

from types import MappingProxyType

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from factories.results import at_points, plain_project, small_result
from factories.small import small_project
from siteprior.core.errors import InputError, ProjectError
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import no_progress
from siteprior.core.schema import CORRIDOR_STOPS, CORRIDORS, STOPS, conform
from siteprior.pipeline.find_faults import find_faults
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.read_transit import Transit, read_transit
from siteprior.pipeline.transit_notices import area_notices, reach_notices, transit_notices
from siteprior.sources.transit.corridor_rows import LEFT_OUT_WHOLE
from siteprior.sources.transit.corridors import corridor_lines
from siteprior.sources.transit.openings import NONE_BESIDE, TAKEN_AS_OPEN


def stops_of(*rows):
    """Return corridor stops from (corridor, state) or (corridor, state, basis)."""
    table = pd.DataFrame(
        [{"corridor": row[0], "state": row[1], "state_basis": (*row, "own row")[2], "order": n, "stop_name": f"S{n}"}
         for n, row in enumerate(rows, 1)]
    )  # fmt: skip
    table.index = pd.Index([f"s{n}" for n in range(len(rows))], name=CORRIDOR_STOPS.index)
    places = gpd.points_from_xy([400_000 + 500 * n for n in range(len(rows))], [290_000] * len(rows))
    return conform(gpd.GeoDataFrame(table, geometry=places, crs=27700), CORRIDOR_STOPS)


def drawn(**kinds):
    """Return a line for each name, with its kind."""
    table = pd.DataFrame({"kind": list(kinds.values())}, index=pd.Index(kinds, name="corridor"))
    shapes = [shapely.LineString([(400_000, 290_000), (410_000, 290_000)])] * len(kinds)
    return conform(gpd.GeoDataFrame(table, geometry=shapes, crs=27700), CORRIDORS)


def bus_stop():
    table = pd.DataFrame(
        {"stop_name": ["Bus"], "mode": ["bus"], "state": ["open"]}, index=pd.Index(["430X"], name="atco_code")
    )
    return conform(gpd.GeoDataFrame(table, geometry=[shapely.Point(4e5, 29e4)], crs=27700), STOPS)


def stated(corridor_stops, *, lines=None, planned=False, areas=("430", "910", "940"), **made):
    corridors = corridor_lines(corridor_stops, lines=lines)
    transit = Transit(
        bus_stop(), corridor_stops, corridors, lines, naptan_areas=areas,
        looked_along=() if lines is None else tuple(lines.index),
    )  # fmt: skip
    project = plain_project()
    project = project.model_copy(update={"corridors": project.corridors.model_copy(update={"count_planned": planned})})
    return list(transit_notices(small_result(project=project, transit=transit, **made)))


def test_where_every_corridor_has_a_stop_that_counts_nothing_is_stated():
    assert stated(stops_of(("A", "open"), ("A", "planned"), ("B", "open"))) == []


def test_a_line_without_a_stop_is_named():
    (sentence,) = stated(stops_of(("B", "open")), lines=drawn(A="rail", B="rail"))
    assert sentence == "no stop was found along A: no site can be near it; give its stops or its kind"


def test_corridors_whose_stops_do_not_count_are_named_with_their_states():
    rows = [("A", "planned"), ("A", "planned"), ("B", "not stated"), ("C", "open"), *((c, "closed") for c in "DE")]
    (sentence,) = stated(stops_of(*rows))
    assert sentence == (
        "no stop counts of B, D, E on 2026-10-02: 2 closed, 1 not stated; see openings and count_planned"
    )
    (sentence,) = stated(stops_of(*rows), planned=True)
    assert sentence.startswith("no stop counts of B, D, E on ")


@pytest.mark.parametrize(
    ("kinds", "areas", "modes"),
    [
        ({"Tram": "metro", "Train": "rail"}, ("430", "910"), {"metro": "Tram"}),
        ({"Tram": "metro", "Train": "rail"}, ("430",), {"rail": "Train", "metro": "Tram"}),
        ({"Tram": "metro", "Train": "rail"}, ("910", "940"), {}),
        ({"Tram": None, "Train": None}, ("910",), {"metro": "Tram, Train"}),
        ({"Bus": "bus"}, ("430",), {}),
    ],
)
def test_a_naptan_area_that_lines_need_and_no_file_holds_is_named_with_those_read(kinds, areas, modes):
    sentences = stated(stops_of(*((name, "open") for name in kinds)), lines=drawn(**kinds), areas=areas)
    number = {"rail": "910", "metro": "940"}
    assert [sentence.partition("; ")[0] for sentence in sentences] == [
        f"stops of {mode} are looked for along {names}, and NaPTAN area {number[mode]}, which holds them, is not among "
        f"those read ({', '.join(areas)})"
        for mode, names in modes.items()
    ]
    unsaid = None in kinds.values()
    assert all(("give the lines that have none their kind" in sentence) is unsaid for sentence in sentences)


def test_stops_taken_as_open_are_counted_and_so_are_those_that_then_do_not_count():
    basis = f"{TAKEN_AS_OPEN}, and Alder is open beside it"
    (sentence,) = stated(stops_of(*[("A", "open", basis)] * 3, ("A", "not stated", f"{TAKEN_AS_OPEN}, but no open")))
    assert sentence == (
        "4 corridor stops give neither atco nor state: 3 count as open, for an open stop of NaPTAN that serves the "
        "corridor stands beside them, 1 do not; add the column atco or state to the corridors' table"
    )


ALONE = f"{TAKEN_AS_OPEN}, {NONE_BESIDE} within 250 m"


def unread(corridor_stops, areas, kinds):
    """Return what is stated first, then of the corridors, then of their reach."""
    corridor_stops["kind"] = corridor_stops["corridor"].map(kinds).astype("str")
    project = plain_project()
    transit = Transit(bus_stop(), corridor_stops, corridor_lines(corridor_stops), None, naptan_areas=areas)
    sites = at_points((400_000, 290_000))
    walks = MappingProxyType({"corridor": pd.DataFrame({"corridor_walk_m": [None]}, index=sites.index, dtype=float)})
    result = small_result(sites, project=project, transit=transit, columns=walks)
    return list(area_notices(result)), list(transit_notices(result)), list(reach_notices(result))


@pytest.mark.parametrize(
    ("kind", "areas", "add"),
    [
        (None, ("430",), "910 (rail) and 940 (metro)"),
        (None, ("430", "910"), "940 (metro)"),
        ("rail", ("430",), "910 (rail)"),
        ("metro", ("430", "910"), "940 (metro)"),
        ("metro", (), "940 (metro)"),
    ],
)
def test_a_naptan_area_that_stops_of_a_table_need_and_no_file_holds_is_stated_instead_of_all_other_advice(
    kind, areas, add
):
    first, of_corridors, of_reach = unread(stops_of(*[("A", "not stated", ALONE)] * 2), areas, {"A": kind})
    (sentence,) = first
    assert sentence.startswith(
        "no stop counts of A: no open stop of NaPTAN that serves them stands within 250 m of theirs, for the stops "
        f"read are of NaPTAN area {', '.join(areas) or '(none)'} only; add the files of {add} to stops under [sources]"
    )
    assert ("a line without a kind is taken as rail or metro" in sentence) is (kind is None)
    assert of_corridors == []
    (reach,) = of_reach
    assert reach.endswith("none of the 2 corridor stops counts on 2026-10-02 (2 not stated)")


@pytest.mark.parametrize(
    ("kind", "areas"), [(None, ("910", "940")), ("rail", ("430", "910")), ("bus", ("430",)), ("sprint", ())]
)
def test_where_the_areas_a_line_needs_are_read_the_table_is_advised(kind, areas):
    first, of_corridors, of_reach = unread(stops_of(("A", "not stated", ALONE)), areas, {"A": kind})
    assert first == []
    assert of_corridors[0].endswith("add the column atco or state to the corridors' table")
    assert "give openings, or the columns atco or state" in of_reach[0]


def test_a_corridor_of_which_one_stop_stands_by_an_open_one_lacks_no_area():
    rows = [("A", "open", f"{TAKEN_AS_OPEN}, and X is open beside it"), ("A", "not stated", ALONE), ("B", "closed")]
    first, of_corridors, _ = unread(stops_of(*rows), ("430",), {"A": "rail", "B": "rail"})
    assert first == []
    assert of_corridors[0].startswith("2 corridor stops give neither atco nor state: 1 count as open")
    (first,), of_corridors, _ = unread(
        stops_of(*rows, ("C", "not stated", ALONE)), ("430",), dict.fromkeys("ABC", "rail")
    )
    assert first.startswith("no stop counts of C: ")
    assert of_corridors[0].startswith("2 corridor stops give neither")
    assert of_corridors[1].startswith("no stop counts of B on ")


def test_a_corridor_of_which_no_row_can_be_used_is_named():
    log = IssueLog("c.csv")
    log.add("missing value", field="corridor", value="Lost", action=LEFT_OUT_WHOLE)
    (sentence,) = stated(stops_of(("A", "open")), issue_tables=(log.table(),))
    assert sentence == f"c.csv: Lost {LEFT_OUT_WHOLE}; issues.csv names each row"


def reach(corridor_stops, *, walk=None, planned=False):
    project = plain_project()
    project = project.model_copy(update={"corridors": project.corridors.model_copy(update={"count_planned": planned})})
    transit = Transit(bus_stop(), corridor_stops, corridor_lines(corridor_stops), None)
    sites = at_points((400_000, 290_000))
    walks = MappingProxyType({"corridor": pd.DataFrame({"corridor_walk_m": [walk]}, index=sites.index, dtype=float)})
    return list(reach_notices(small_result(sites, project=project, transit=transit, columns=walks)))


def test_that_no_stop_counts_and_that_none_is_near_are_two_sentences():
    (none_counts,) = reach(stops_of(("A", "planned"), ("A", "not stated")))
    assert "none of the 2 corridor stops counts on 2026-10-02 (1 not stated, 1 planned); give openings" in none_counts
    assert none_counts.endswith("count_planned = true counts planned ones")
    (none_near,) = reach(stops_of(("A", "planned"), ("A", "not stated")), planned=True)
    assert "1 stops count, and no way leads to one of them" in none_near
    assert reach(stops_of(("A", "open")), walk=120.0) == []


class TestOfFiles:
    """A borough with corridors as files of one's own."""

    def test_a_line_far_from_every_stop_is_a_corridor_of_none(self, tmp_path):
        far = drawn(Here=None, Far=None).reset_index()[["corridor", "geometry"]]
        far.loc[1, "geometry"] = shapely.LineString([(0, 0), (1000, 0)])
        # along the sample's first metro stop
        far.loc[0, "geometry"] = shapely.LineString([(405_290, 286_010), (405_850, 286_314)])
        far.to_file(tmp_path / "l.gpkg")
        project = small_project(tmp_path, ("transit/corridors.csv", (tmp_path / "l.gpkg").as_posix()))
        transit = read_transit(project, shapely.box(390_000, 270_000, 420_000, 300_000), ReadLog())
        assert transit.corridors["stops"].gt(0).to_dict() == {"Here": True, "Far": False}
        assert transit.corridors["open_stops"]["Far"] == 0
        assert transit.corridors["length_m"]["Far"] == 1000
        assert set(transit.looked_along) == {"Here", "Far"}
        assert transit.naptan_areas == ("430", "910", "940")
        assert list(transit_notices(small_result(project=project, transit=transit))) == [
            "no stop was found along Far: no site can be near it; give its stops or its kind"
        ]
        chosen = project.corridors.model_copy(update={"only": ("Far", "Here")})
        only = project.model_copy(update={"corridors": chosen})
        assert set(read_transit(only, shapely.box(39e4, 27e4, 42e4, 3e5), ReadLog()).corridors.index) == {"Far", "Here"}
        wrong = project.model_copy(update={"corridors": chosen.model_copy(update={"only": ("Hre",)})})
        with pytest.raises(ProjectError, match=r"unknown corridor 'Hre'; did you mean 'Here'\? Valid: Far, Here"):
            read_transit(wrong, shapely.box(39e4, 27e4, 42e4, 3e5), ReadLog())
        alone = project.model_copy(update={"corridors": chosen.model_copy(update={"only": ("Far",)})})
        with pytest.raises(InputError, match=r"none of the stops read, of NaPTAN area 430, 910, 940, lies within"):
            read_transit(alone, shapely.box(39e4, 27e4, 42e4, 3e5), ReadLog())

    def test_without_the_area_of_rail_check_names_it_first(self, tmp_path):
        project = small_project(tmp_path, ("transit/corridors.csv", (tmp_path / "c.csv").as_posix()))
        table = pd.read_csv(project.data_root / "transit/corridors.csv", dtype=str)
        table[["corridor", "order", "stop_name", "easting", "northing"]].to_csv(tmp_path / "c.csv", index=False)
        naptan = pd.read_csv(project.data_root / "transit/naptan.csv", dtype=str)
        naptan[naptan["ATCOCode"].str.startswith("430")].to_csv(tmp_path / "buses.csv", index=False)
        buses = project.sources.stops[0].model_copy(update={"path": (tmp_path / "buses.csv").as_posix()})
        bare = project.model_copy(update={"sources": project.sources.model_copy(update={"stops": (buses,)})})
        stated = find_faults(bare, tmp_path / "out", progress=no_progress).notices
        assert "the stops read are of NaPTAN area 430 only; add the files of 910 (rail) and 940 (metro)" in stated[0]
        assert not any("atco" in sentence or "openings" in sentence for sentence in stated)

    def test_a_table_with_the_columns_of_the_readme_alone_reaches_sites(self, tmp_path):
        table = pd.read_csv(small_project(tmp_path).data_root / "transit/corridors.csv", dtype=str)
        bare = table[["corridor", "order", "stop_name", "easting", "northing"]]
        bare.to_csv(tmp_path / "c.csv", index=False)
        project = small_project(tmp_path, ("transit/corridors.csv", (tmp_path / "c.csv").as_posix()))
        done = find_faults(project, tmp_path / "out", progress=no_progress)
        assert not done.faults.sentences
        (sentence,) = done.notices
        places = gpd.points_from_xy(bare["easting"].astype(float), bare["northing"].astype(float))
        areas = gpd.read_file(tmp_path / "areas.geojson").to_crs(27700).union_all()
        near = int(shapely.dwithin(areas, places, load_parameters("access").number("stop_margin_m")).sum())
        assert 0 < near < len(bare)
        assert sentence.startswith(f"{near} corridor stops give neither atco nor state: ")
        (row,) = done.issues[(done.issues["field"] == "state") & (done.issues["issue_type"] == "default-value")].index
        assert done.issues["value"][row] == f"{len(bare)} of {len(bare)} stops"
