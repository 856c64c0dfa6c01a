"""What a public function refuses where a table is not what it takes.

Every argument of the public face that is annotated as a table is found here, with the call it belongs to in
:func:`calls`; a new function without one fails. Each is given what is no table, an empty one, tables with columns
missing, of another kind or value, on another or a doubled index, or in another coordinate system.
"""

from __future__ import annotations

import inspect
import re
import tempfile
from datetime import date
from functools import cache

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import siteprior as sp
from conftest import ROOT
from siteprior.appraisal.viability.headroom import LAND_VALUES
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.project.layers import VectorLayer
from siteprior.registers.decisions import STATED as DECIDED
from siteprior.registers.site_facts import STATED
from siteprior.report.charts.contributions import CRITERIA_DRAWN, SCORED
from siteprior.report.charts.rank_bands import RANK_BAND_PARTS
from siteprior.report.maps.core_index import CORE
from test_face import FACE

DATA = ROOT / "data"
NOWHERE = "no-such-file.csv"
"""What readers are asked for: past the check of what is given they find no file."""

DAY = date(2026, 10, 2)
POINT = shapely.Point(400000, 290000)
SQUARE = shapely.box(399000, 289000, 401000, 291000)
LINE = shapely.LineString([(399000, 290000), (401000, 290000)])
SHAPES = {"areas": SQUARE, "shapes given": SQUARE, "site shapes": SQUARE, "catchments": SQUARE, "corridors": LINE}
"""The shape in the tables that do not hold points."""

FACTS = {"easting": 400000.0, "northing": 290000.0, "score": 0.5, "shape_basis": "polygon by reference",
         "value": 0.5, "value_low": 0.5, "value_high": 0.5, "signal": "V", "kind_of_signal": "primary"}  # fmt: skip
"""Values that must be of a certain size beside their kind."""


def made(declared, **facts):
    """Return a table of one row as declared, every column filled."""
    usual = {"text": "a", "number": 1.0, "integer": 1, "date": "2020-01-01", "flag": "yes"}
    values = {column.name: [facts.get(column.name, FACTS.get(column.name) if not column.allowed else None)
                            or (column.allowed[0] if column.allowed else usual[column.kind])]
              for column in declared.columns}  # fmt: skip
    table = pd.DataFrame(values, index=pd.Index(["a"], name=declared.index or None))
    if declared.geometry:
        table = gpd.GeoDataFrame(table, geometry=[SHAPES.get(declared.name, POINT)], crs=schema.CRS)
    return schema.conform(table, declared) if declared.index else schema.conform(table, declared).rename_axis(None)


def any_index(table):
    """Return the table on an index without a name, for a function that takes rows of any."""
    return table.rename_axis(None)


@cache
@cache
def calls():
    """Return for every function, class or method that takes tables: the call, and the tables it takes."""
    sites = made(schema.SITES)
    plain = pd.DataFrame(sites.drop(columns="geometry"))
    register = made(schema.REGISTER)
    plain_register = pd.DataFrame(register.drop(columns="geometry"))
    areas = made(schema.AREAS)
    of_need = areas.drop(columns="lsoa_year").join(made(schema.DEPRIVATION))
    stops = made(schema.STOPS)
    corridor_stops = made(schema.CORRIDOR_STOPS)
    corridors = made(schema.CORRIDORS)
    site_shapes = made(schema.SITE_SHAPES)
    service_stops = made(schema.SERVICE_STOPS)
    services = made(schema.SERVICES)
    sales = made(schema.SALES)
    site_corridors = made(schema.SITE_CORRIDORS)
    catchments = any_index(made(schema.CATCHMENTS))
    postcodes = made(schema.POSTCODES).rename(index={"a": "B1 1AA"})
    boundaries = gpd.GeoDataFrame({"name": ["A"]}, index=pd.Index(["E08000025"], name="organisation"),
                                  geometry=[SQUARE], crs=schema.CRS)  # fmt: skip
    walks = pd.DataFrame({"point": ["a"], "stop_code": ["a"], "walk_m": [100.0]})
    statements = sp.transit.read_openings(DATA / "transit/corridors.csv").table.head(1)
    shares = any_index(pd.DataFrame({"A": [0.5]}, index=plain.index))
    network = sp.walking.build_network([LINE])
    surface = sp.prices.fit(sales, price_date=DAY, seed=1)
    costs, scheme = sp.viability.load_costs(), sp.viability.load_scheme()
    layer = sp.project.parse_layer({
        "name": "landfill", "path": "landfill.gpkg", "kind": "vector", "measure": "share",
        "signal": {"letter": "X", "zero": 0, "full": 2, "grade": "B", "reason": "on historic landfill"},
    })  # fmt: skip
    landfill = VectorLayer(gpd.GeoDataFrame(geometry=[SQUARE], crs=schema.CRS), None, "landfill")
    valued = plain.assign(**dict.fromkeys([c.name for c in schema.SITE_VALUE_COLUMNS], 2000.0))
    site_dwellings = any_index(areas.assign(dwellings=1000.0))
    site_households = any_index(areas.assign(private_households=800.0))
    history = any_index(made(schema.HISTORY))
    of_sites = made(schema.SITES)[[column.name for column in schema.SITE_HISTORY_COLUMNS]]
    signals = any_index(made(schema.SIGNALS_TABLE))
    words = {"title": "T", "attribution": "A"}
    given = {
        sp.access.Walking: (lambda shapes: sp.access.Walking(shapes=shapes), {"shapes": site_shapes}),
        sp.access.Walking.origins: (lambda sites: sp.access.Walking().origins(sites), {"sites": sites}),
        sp.access.Walking.margin: (lambda sites: sp.access.Walking().margin(sites), {"sites": sites}),
        sp.access.catchments: (lambda points: sp.access.catchments(points), {"points": any_index(stops)}),
        sp.access.corridor_catchments: (
            lambda corridor_stops: sp.access.corridor_catchments(corridor_stops), {"corridor_stops": corridor_stops}
        ),
        sp.access.grid: (
            lambda service_stops, services, active_stops: sp.access.grid(
                SQUARE, service_stops, services, network, cell_m=500, active_stops=active_stops
            ),
            {"service_stops": service_stops, "services": services, "active_stops": stops},
        ),
        sp.access.index: (sp.access.index, {"walks": walks, "services": services}),
        sp.access.join: (sp.access.join, {"sites": sites, "stops": stops}),
        sp.access.join_index: (
            lambda sites, service_stops, services, active_stops: sp.access.join_index(
                sites, service_stops, services, None, active_stops=active_stops
            ),
            {"sites": sites, "service_stops": service_stops, "services": services, "active_stops": stops},
        ),
        sp.access.well_connected: (
            sp.access.well_connected, {"service_stops": service_stops, "services": services}
        ),
        sp.benefits.jobs_capacity: (
            lambda sites: sp.benefits.jobs_capacity(sites, use={"a": "warehouse"}), {"sites": plain}
        ),
        sp.benefits.site_benefits: (
            lambda sites: sp.benefits.site_benefits(
                sites, factors=sp.benefits.load_additionality(), scheme=scheme, assumed=sp.benefits.load_benefits()
            ),
            {"sites": plain},
        ),
        sp.funds.check_rules: (lambda sites: sp.funds.check_rules(sites, as_of=DAY), {"sites": plain}),
        sp.appraisal.homes_capacity: (lambda sites: sp.appraisal.homes_capacity(sites), {"sites": plain}),
        sp.market_failure.failure_signals: (
            lambda sites, neighbours, layer_signals: sp.market_failure.failure_signals(
                sites, as_of=DAY, neighbours=neighbours, layer_signals=layer_signals
            ),
            {"sites": plain, "neighbours": plain, "layer_signals": signals},
        ),
        sp.market_failure.failure_verdict: (
            sp.market_failure.failure_verdict, {"sites": plain, "signals": signals}
        ),
        sp.market_failure.evidence_gaps: (sp.market_failure.evidence_gaps, {"sites": plain, "signals": signals}),
        sp.market_failure.deciding_files: (sp.market_failure.deciding_files, {"sites": plain, "signals": signals}),
        sp.prices.PriceSurface.estimate: (
            lambda points: surface.estimate(points, property_type="flat", new_build=True, floor_area_m2=50),
            {"points": any_index(sites)},
        ),
        sp.prices.fit: (
            lambda sales, areas: sp.prices.fit(sales, price_date=DAY, seed=1, areas=areas),
            {"sales": sales, "areas": areas},
        ),
        sp.prices.site_values: (
            lambda sites: sp.prices.site_values(sites, surface, mix={"flat": 1.0}, home_size_m2=50), {"sites": sites}
        ),
        sp.appraisal.site_deadweight: (
            lambda sites, history: sp.appraisal.site_deadweight(sites, as_of=DAY, history=history),
            {"sites": plain, "history": history},
        ),
        sp.viability.driver_summary: (
            sp.viability.driver_summary, {"drivers": any_index(made(schema.VIABILITY_DRIVERS))}
        ),
        sp.viability.lines: (
            lambda sites, land_shares: sp.viability.lines(sites, costs=costs, scheme=scheme, land_shares=land_shares),
            {"sites": valued, "land_shares": shares},
        ),
        sp.viability.remediation_range: (
            lambda sites, land_shares: sp.viability.remediation_range(sites, costs=costs, land_shares=land_shares),
            {"sites": valued, "land_shares": shares},
        ),
        sp.viability.site_viability: (
            lambda sites, land_shares: sp.viability.site_viability(
                sites, costs=costs, scheme=scheme, seed=1, draws=2, land_shares=land_shares
            ),
            {"sites": valued, "land_shares": shares},
        ),
        sp.areas.districts: (sp.areas.districts, {"areas": areas}),
        sp.areas.study_area: (sp.areas.study_area, {"areas": areas}),
        sp.areas.with_deprivation: (
            sp.areas.with_deprivation, {"areas": areas, "deprivation": made(schema.DEPRIVATION)}
        ),
        sp.corridors.join: (
            sp.corridors.join, {"sites": sites, "corridor_stops": corridor_stops, "lines": corridors}
        ),
        sp.corridors.rankings: (sp.corridors.rankings, {"site_corridors": site_corridors, "sites": sites}),
        sp.corridors.sites: (
            sp.corridors.sites, {"sites": sites, "corridor_stops": corridor_stops, "lines": corridors}
        ),
        sp.corridors.summary: (
            sp.corridors.summary,
            {"corridors": corridors, "site_corridors": site_corridors, "sites": sites, "catchments": catchments,
             "areas": of_need},
        ),
        sp.joins.comparables: (
            lambda sites, sales: sp.joins.comparables(sites, sales, price_date=DAY), {"sites": sites, "sales": sales}
        ),
        sp.joins.join_areas: (sp.joins.join_areas, {"sites": sites, "areas": areas}),
        sp.joins.join_history: (sp.joins.join_history, {"sites": sites, "history": of_sites}),
        sp.joins.join_layer: (
            lambda sites, shapes: sp.joins.join_layer(sites, landfill, layer, shapes=shapes),
            {"sites": sites, "shapes": site_shapes},
        ),
        sp.joins.join_prices: (
            lambda sites, sales, dwellings, households: sp.joins.join_prices(
                sites, sales, price_date=DAY, dwellings=dwellings, households=households
            ),
            {"sites": sites, "sales": sales, "dwellings": site_dwellings, "households": site_households},
        ),
        sp.viability.site_headroom: (
            lambda sites, land_values: sp.viability.site_headroom(sites, land_values=land_values),
            {"sites": plain.assign(land_value_council="a"), "land_values": made(LAND_VALUES)},
        ),
        sp.viability.acquisition_cost: (sp.viability.acquisition_cost, {"sites": plain}),
        sp.programme.opportunity_table: (sp.programme.opportunity_table, {"sites": plain}),
        sp.registers.apply_decisions: (
            sp.registers.apply_decisions, {"sites": plain_register, "decisions": any_index(made(DECIDED))}
        ),
        sp.registers.decision_columns: (
            lambda table: sp.registers.decision_columns(table, pd.Index(["E1:a"], name="site_id")),
            {"table": any_index(made(schema.DECISIONS))}
        ),
        sp.registers.state_facts: (
            sp.registers.state_facts, {"sites": plain_register, "facts": any_index(made(STATED))}
        ),
        sp.layers.read_evidence: (
            lambda areas: sp.layers.read_evidence("green_belt", NOWHERE, areas=areas, as_of=DAY),
            {"areas": areas},
        ),
        sp.joins.layer_signals: (
            lambda sites, shapes: sp.joins.layer_signals(sites, [layer], shapes=shapes),
            {"sites": sites.assign(landfill=1.0), "shapes": site_shapes},
        ),
        sp.ranking.apply_gates: (
            lambda sites, likely_twice: sp.ranking.apply_gates(
                sites, gates={}, as_of=DAY, together=pd.Series("one", index=plain.index), likely_twice=likely_twice
            ),
            {"sites": plain, "likely_twice": made(schema.DUPLICATES)},
        ),
        sp.read_registers: (
            lambda boundaries, postcodes: sp.read_registers(
                NOWHERE, boundaries=boundaries, postcodes=postcodes
            ),
            {"boundaries": boundaries, "postcodes": postcodes},
        ),
        sp.read_stops: (
            lambda within: sp.read_stops(NOWHERE, within=within), {"within": any_index(areas)}
        ),
        sp.registers.find_duplicates: (
            lambda sites, shapes: sp.registers.find_duplicates(sites, shapes=shapes),
            {"sites": register, "shapes": site_shapes},
        ),
        sp.registers.find_opportunities: (
            lambda sites, shapes: sp.registers.find_opportunities(sites, shapes=shapes),
            {"sites": register, "shapes": site_shapes},
        ),
        sp.registers.history: (lambda vintages: sp.registers.history([(DAY, vintages)]), {"vintages": plain_register}),
        sp.registers.merge_duplicates: (
            sp.registers.merge_duplicates, {"sites": register, "pairs": made(schema.DUPLICATES)}
        ),
        sp.registers.read_own_sites: (
            lambda boundaries: sp.registers.read_own_sites(
                NOWHERE, columns={"reference": "Asset ID"}, register="estate",
                boundaries=boundaries,
            ),
            {"boundaries": boundaries},
        ),
        sp.registers.read_own_sites_with_shapes: (
            lambda boundaries: sp.registers.read_own_sites_with_shapes(
                NOWHERE, columns={"reference": "Asset ID"}, register="estate",
                boundaries=boundaries,
            ),
            {"boundaries": boundaries},
        ),
        sp.registers.merge_shapes: (
            sp.registers.merge_shapes, {"sites": register, "shapes": site_shapes}
        ),
        sp.registers.site_shapes: (
            sp.registers.site_shapes, {"sites": register, "polygons": made(schema.SHAPES)}
        ),
        sp.registers.vintages_of: (
            lambda table: sp.registers.vintages_of(table, {"a": "2020"}), {"table": any_index(plain_register)}
        ),
        sp.report.draw_catchments: (
            lambda catchments, stops, sites, areas: sp.report.draw_catchments(
                catchments, stops, sites, areas, shortlist=["a"], **words
            ),
            {"catchments": catchments, "stops": any_index(stops), "sites": sites, "areas": any_index(areas)},
        ),
        sp.report.draw_contributions: (
            lambda sites, criteria: sp.report.draw_contributions(sites, criteria, title="T"),
            {"sites": made(SCORED).assign(c_a=0.5), "criteria": made(CRITERIA_DRAWN)},
        ),
        sp.report.draw_core_index: (
            lambda opportunities, areas, corridors: sp.report.draw_core_index(
                opportunities, areas=areas, corridors=corridors, **words
            ),
            {"opportunities": made(CORE), "areas": any_index(areas), "corridors": any_index(corridors)},
        ),
        sp.report.draw_frontier: (
            lambda frontier: sp.report.draw_frontier(frontier, x="homes", y="cost", title="T"),
            {"frontier": pd.DataFrame({"point": [1], "homes": 1.0, "cost": 2.0, "sites": 3}).set_index("point")},
        ),
        sp.report.draw_rank_bands: (
            lambda table: sp.report.draw_rank_bands(table, title="T"), {"table": made(RANK_BAND_PARTS)}
        ),
        sp.report.draw_map: (
            lambda sites, shortlist, corridors, stops, areas: sp.report.draw_map(
                sites, shortlist, corridors, stops, areas, **words
            ),
            {"sites": sites, "shortlist": sites, "corridors": any_index(corridors), "stops": any_index(stops),
             "areas": any_index(of_need)},
        ),
        sp.report.draw_strip_map: (
            lambda corridor_stops, site_corridors, sites: sp.report.draw_strip_map(
                corridor_stops, site_corridors, sites, corridor="a", **words
            ),
            {"corridor_stops": corridor_stops, "site_corridors": any_index(site_corridors), "sites": sites},
        ),
        sp.report.write_geopackage: (
            lambda layers, tables: sp.report.write_geopackage(
                tempfile.mkdtemp() + "/run.gpkg", {"corridors": layers}, {"criteria": tables}, as_of=DAY
            ),
            {"layers": any_index(corridors), "tables": sp.ranking.criteria_table()},
        ),
        sp.sales.read: (
            lambda postcodes: sp.sales.read(NOWHERE, postcodes=postcodes, price_date=DAY),
            {"postcodes": postcodes},
        ),
        sp.scenarios.Scenario: (
            lambda add_lines: sp.scenarios.apply(
                sp.scenarios.Scenario("S", add_lines=[add_lines]), corridor_stops=corridor_stops, stops=stops
            ),
            {"add_lines": made(schema.CORRIDOR_STOPS, corridor="b").rename(index={"a": "b"})},
        ),
        sp.scenarios.apply: (
            lambda **tables: sp.scenarios.apply({"name": "S", "close": ["a"]}, **tables),
            {"corridor_stops": corridor_stops, "stops": stops, "services": services, "lines": corridors,
             "service_stops": service_stops},
        ),
        sp.scenarios.effects: (
            lambda before, after: sp.scenarios.effects(before, after, scenario="S"), {"before": plain, "after": plain}
        ),
        sp.scenarios.summary: (
            lambda effects: sp.scenarios.summary(effects, shortlist=1),
            {"effects": any_index(made(schema.SCENARIO_EFFECTS))},
        ),
        sp.timetables.corridor_from_timetable: (
            lambda naptan: sp.timetables.corridor_from_timetable(
                NOWHERE, routes=["1"], naptan=naptan
            ),
            {"naptan": stops},
        ),
        sp.timetables.read: (
            lambda naptan: sp.timetables.read(NOWHERE, naptan=naptan), {"naptan": stops}
        ),
        sp.transit.apply_openings: (
            lambda stops, statements: sp.transit.apply_openings(stops, statements, network_date=DAY),
            {"stops": stops, "statements": statements},
        ),
        sp.transit.apply_openings_to_corridor: (
            lambda corridor_stops, stops, statements: sp.transit.apply_openings_to_corridor(
                corridor_stops, stops, statements, network_date=DAY
            ),
            {"corridor_stops": corridor_stops, "stops": stops, "statements": statements},
        ),
        sp.transit.corridor_lines: (
            lambda corridor_stops, lines: sp.transit.corridor_lines(corridor_stops, lines=lines),
            {"corridor_stops": corridor_stops, "lines": corridors},
        ),
        sp.transit.stops_along: (sp.transit.stops_along, {"lines": corridors, "stops": stops}),
    }  # fmt: skip
    return {inspect.unwrap(taker): entry for taker, entry in given.items()}


PRODUCTS = (
    sp.Reading, sp.Result, sp.Run, sp.prices.PriceSurface, sp.programme.InfeasibleError,
    sp.programme.Programme, sp.programme.RobustPortfolio, sp.scenarios.Supply,
)  # fmt: skip
"""Classes that siteprior makes and hands out; nobody is asked for the tables in them."""

ELSEWHERE = {
    sp.schema.conform: "gives a table its kinds: what it is handed has none yet",
    sp.score: "values by criterion, which no declared table holds",
    sp.acceptability: "values by criterion, which no declared table holds",
    sp.ranking.Acceptability: "made by acceptability, and handed out",
    sp.ranking.rank_acceptability: "values by criterion, which no declared table holds",
    sp.ranking.rank_band_parts: "values by criterion, which no declared table holds",
    sp.ranking.sobol_indices: "values by criterion, which no declared table holds",
    sp.ranking.weight_moves: "values by criterion, which no declared table holds",
    sp.ranking.rank_bands: "values by criterion, which no declared table holds",
    **dict.fromkeys(
        (
            sp.explain,
            sp.ranking.compare_methods,
            sp.ranking.compare_sites,
            sp.ranking.compare_stakeholders,
            sp.ranking.contributions,
            sp.ranking.correlated_criteria,
            sp.ranking.fact_changes,
            sp.ranking.information_value,
            sp.ranking.kendalls_w,
            sp.ranking.nearest_weights,
            sp.ranking.rank_agreement,
            sp.ranking.rank_reversals,
            sp.ranking.spread_weights,
            sp.ranking.value,
            sp.ranking.value_ranges,
            sp.ranking.vikor,
            sp.ranking.weight_changes,
            sp.ranking.where_methods_part,
        ),
        "values or ranks by criterion or method, which no declared table holds; tests/ranking has what they refuse",
    ),
    **dict.fromkeys(
        (
            sp.choose_programme,
            sp.programme.core_indices,
            sp.programme.pareto_frontier,
            sp.programme.constraint_prices,
            sp.programme.connected_bundles,
            sp.programme.corridor_bundles,
            sp.programme.join_bundles,
        ),
        "the columns asked for by name, each looked at when it is used; tests/programme has what they refuse",
    ),
    sp.report.explore: "any table of shapes is drawn as it is",
    sp.report.show_table: "any table is shown as it is",
    sp.ranking.measure: "the columns of the criteria asked for, each looked at when it is measured",
}
"""Functions whose tables are not checked against a declared one."""


def takers():
    """Return the functions, classes and methods of the face that take a table, each with the arguments that are one."""
    found = {}
    for thing in dict.fromkeys(map(inspect.unwrap, FACE.values())):
        methods = vars(thing).items() if isinstance(thing, type) else ()
        inside = [method for name, method in methods if inspect.isfunction(method) and name[0] != "_"]
        for taker in (*(() if thing in PRODUCTS else (thing,)), *inside):
            arguments = inspect.signature(taker.__init__ if isinstance(taker, type) else taker).parameters.values()
            tables = tuple(each.name for each in arguments if "DataFrame" in str(each.annotation))
            if tables and taker not in ELSEWHERE and taker != sp.Result.with_columns:
                found[taker] = tables
    return found


TAKERS = takers()
ARGUMENTS = [(taker, argument) for taker, tables in TAKERS.items() for argument in tables]


def name_of(part):
    return part if isinstance(part, str) else part.__qualname__


def refusal(taker, argument, given):
    """Return what a table is refused for; nothing where it is taken. Any error but InputError goes through."""
    call, tables = calls()[taker]
    try:
        call(**(tables | {argument: given}))
    except InputError as fault:
        return "" if NOWHERE in str(fault) else str(fault)
    return ""


def without(table, names):
    return table.drop(columns=list(names))


def of_another_kind(table, names):
    """Return the table with text in place of numbers and dates, and numbers in place of texts."""
    texts = {name for name in names if pd.api.types.is_string_dtype(table[name].dtype)}
    return table.assign(**{name: 7.5 if name in texts else "no such value" for name in names})


def of_another_value(table, names):
    """Return the table with a text that is no allowed value in place of texts."""
    return table.assign(**{name: "no such value" for name in names if pd.api.types.is_string_dtype(table[name].dtype)})


def test_every_function_that_takes_tables_has_a_call_here():
    assert {name_of(taker): set(tables) for taker, tables in TAKERS.items()} == {
        name_of(taker): set(tables) for taker, (_, tables) in calls().items()
    }


@pytest.mark.parametrize("taker", TAKERS, ids=name_of)
def test_the_tables_here_are_let_in(taker):
    argument, given = next(iter(calls()[taker][1].items()))
    assert refusal(taker, argument, given) == ""


@pytest.mark.parametrize(("taker", "argument"), ARGUMENTS, ids=name_of)
def test_what_is_no_such_table_is_refused(taker, argument):
    good = calls()[taker][1][argument]
    bad = ["a table", {"a": [1]}, pd.DataFrame()]
    if "None" not in str(inspect.signature(taker).parameters[argument].annotation):
        bad.append(None)
    if good.index.name:
        bad += [good.rename_axis("other"), pd.concat([good, good])]
    if isinstance(good, gpd.GeoDataFrame):
        bad += [pd.DataFrame(good.drop(columns="geometry")), good.to_crs(4326), good.set_crs(None, allow_override=True)]
    said = [refusal(taker, argument, given) for given in bad]
    assert [place for place, text in enumerate(said) if argument.rstrip("s") not in text] == []


@pytest.mark.parametrize("spoil", [without, of_another_kind, of_another_value], ids=name_of)
@pytest.mark.parametrize(("taker", "argument"), ARGUMENTS, ids=name_of)
def test_a_column_that_is_read_is_named_where_it_is_wrong(taker, argument, spoil):
    """Wrong columns are named until the ones left are not read; no other error comes of them."""
    good = calls()[taker][1][argument]
    wrong = [name for name in good.columns if name != "geometry"]
    while text := refusal(taker, argument, spoil(good, wrong)):
        words = set(re.findall(r"\w+", re.sub(r"; it has .*", "", text)))
        named = words.intersection(wrong)
        if spoil is of_another_value and not named:
            assert argument in words  # as where a site of one table is not in the other
            return
        assert named, text
        assert spoil is of_another_value or argument.rstrip("s") in text
        wrong = [name for name in wrong if name not in named]


@pytest.mark.parametrize("wrong", [None, 3, b"outputs"])
def test_what_is_no_path_is_refused(wrong):
    for call in (
        lambda: sp.open_run(3 if wrong is None else wrong),  # None is the newest run
        lambda: sp.compare(wrong, wrong), lambda: sp.audit(wrong), lambda: sp.demo(out=3 if wrong is None else wrong),
    ):  # fmt: skip
        with pytest.raises(InputError, match="needs "):
            call()
