"""A small made-up run, as the ranking hands it to the publishing stage."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, MultiPolygon, Point, box, points

from siteprior.core import schema
from siteprior.core.files import Input
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import Parameter

WEST, SOUTH, CELL = 395_000, 288_000, 1_500
CRITERIA = {"walk": 0.35, "need": 0.25, "homes": 0.2, "failure": 0.2}
HOSTILE = 'Old <script>alert(1)</script> Works & "Sons"'


def _areas():
    cells = [(column, row) for row in range(5) for column in range(7)]
    shapes = [box(WEST + c * CELL, SOUTH + r * CELL, WEST + (c + 1) * CELL, SOUTH + (r + 1) * CELL) for c, r in cells]
    island = box(WEST + 7.2 * CELL, SOUTH, WEST + 7.5 * CELL, SOUTH + 0.3 * CELL)
    shapes[6] = MultiPolygon([shapes[6], island])
    councils = ["E08000025" if c < 4 else "E08000028" for c, _ in cells]
    names = ["Birmingham" if c < 4 else "Sandwell" for c, _ in cells]
    deciles = [1 + (3 * c + 2 * r) % 10 for c, r in cells]
    table = gpd.GeoDataFrame(
        {
            "lsoa_name": [f"{name} {place:03d}A" for place, name in enumerate(names, start=1)],
            "district_code": councils,
            "lsoa_year": 2021,
            "imd_edition": 2025,
            "imd_decile": deciles,
            "imd_percentile": [decile * 10.0 - 5 for decile in deciles],
        },
        index=pd.Index([f"E0100{place:04d}" for place in range(len(cells))], name="lsoa_code"),
        geometry=shapes,
        crs=schema.CRS,
    )
    table.loc[table.index[-1], "imd_decile"] = None
    deprivation = pd.DataFrame(
        {c.name: schema.as_kind(table.get(c.name), c.kind, table.index) for c in schema.DEPRIVATION.columns}
    )
    rest = table.drop(columns=[c for c in deprivation if c in table])
    return gpd.GeoDataFrame(rest.join(deprivation), crs=schema.CRS)


def _stops():
    rows = [
        ("9100AAA", "Alder Street", "rail", "open", 396_200, 289_000),
        ("9100BBB", "Birch Road", "rail", "open", 399_000, 290_400),
        ("9100CCC", "Cedar Lane", "rail", "planned", 402_200, 292_800),
        ("9400ZZ1", "Dock Square", "metro", "open", 397_000, 293_600),
        ("9400ZZ2", "Elm Park", "metro", "open", 399_300, 292_500),
        ("9400ZZ3", "Furnace End", "metro", "planned", 401_900, 291_000),
        ("9400ZZ4", "Gun Quarter", "metro", "closed", 404_000, 289_700),
        ("4300001", "High Street", "bus", "open", 398_400, 291_700),
        ("4300002", "Inkerman Street", "bus", "open", 400_900, 289_900),
        ("4300003", "Jubilee Row", "bus", "not stated", 403_500, 293_900),
    ]
    frame = pd.DataFrame(rows, columns=["atco_code", "stop_name", "mode", "state", "x", "y"]).set_index("atco_code")
    table = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["x"], frame["y"]), crs=schema.CRS)
    return schema.conform(table.drop(columns=["x", "y"]), schema.STOPS)


def _corridors():
    lines = {
        "Alder–Cedar line": ("rail", [(396_200, 289_000), (399_000, 290_400), (402_200, 292_800)]),
        "Metro 'Dock' line": (
            "metro",
            [(397_000, 293_600), (399_300, 292_500), (401_900, 291_000), (404_000, 289_700)],
        ),
        "Eastern tram": ("proposed-metro", [(399_300, 292_500), (404_600, 294_700)]),
    }
    table = gpd.GeoDataFrame(
        {"kind": [kind for kind, _ in lines.values()], "stops": [3, 4, 2], "open_stops": [2, 2, 1]},
        index=pd.Index(lines, name="corridor"),
        geometry=[LineString(points) for _, points in lines.values()],
        crs=schema.CRS,
    )
    table["length_m"] = table.length
    return schema.conform(table, schema.CORRIDORS)


def _sites():
    rng = np.random.default_rng(7)
    n = 14
    x, y = rng.uniform(396_000, 404_500, n).round(), rng.uniform(288_500, 294_800, n).round()
    places = list(points(x, y))
    # Two neighbours whose figures would lie on one another, and one site without a place.
    places[1] = Point(places[0].x + 40, places[0].y + 25)
    places[13] = None
    bands = ["under 0.4", "0.4–0.5", "0.5–0.6", "0.6–1"]
    eligible = np.array([True] * 11 + [False] * 3)
    values = rng.uniform(0.1, 1.0, (n, len(CRITERIA))).round(3)
    parts = pd.DataFrame(values * list(CRITERIA.values()), columns=[f"c_{name}" for name in CRITERIA])
    parts[~eligible] = None
    score = parts.sum(axis=1, min_count=1)
    rank = score.rank(ascending=False, method="min").astype("Int64")
    frame = pd.DataFrame({
        "reference": [f"S{i}" for i in range(n)],
        "organisation": ["E08000025" if i % 2 else "E08000028" for i in range(n)],
        "organisation_name": ["Birmingham" if i % 2 else "Sandwell" for i in range(n)],
        "site_name": [HOSTILE, *(f"Land at Mill Street {i}" for i in range(1, n))],
        "hectares": rng.uniform(0.25, 6, n).round(2),
        "minimum_net_dwellings": rng.integers(5, 180, n),
        "ownership_status": ["mixed ownership" if i % 3 else None for i in range(n)],
        "planning_permission_status": "permissioned",
        "planning_permission_date": pd.to_datetime(["2018-05-31" if i % 4 else None for i in range(n)]),
        "coordinate_confidence": ["high"] * (n - 1) + ["none"],
        "lsoa_code": "E01000003", "lsoa_name": "Birmingham 004A", "district_code": "E08000025",
        "lsoa_year": 2021, "imd_edition": 2025, "imd_decile": rng.integers(1, 6, n),
        "nearest_stop": "Elm Park", "nearest_stop_mode": "metro", "walk_m": rng.uniform(150, 1400, n),
        "walk_basis": "straight-line", "bus_walk_m": rng.uniform(50, 400, n),
        "corridor": "Metro 'Dock' line", "corridor_kind": "metro", "corridor_stop": "Elm Park",
        "corridor_walk_m": rng.uniform(150, 900, n),
        "market_failure": ["Cannot tell", "Indicated", "Identified", "Not found"] * 3 + ["Cannot tell"] * 2,
        "market_failure_reasons": ["A1B", "C1B S2B", "V1A C2B A3B", None] * 3 + [None] * 2,
        "market_failure_note": ["Most primary signals are not measured; the entry is 8 years old.",
                                "Mixed ownership is stated.", "Gap of £31k per home; mixed ownership.",
                                "No signal found."] * 3 + [None] * 2,
        "eligible": np.where(eligible, "yes", "no"),
        "gate_reasons": [None] * 11 + ["outside_area", "no_corridor; too_small", "no_place"],
        "score": score, "coverage": np.where(eligible, 0.8, np.nan), "rank": rank,
        "rank_p05": (rank - 2).clip(lower=1), "rank_p95": rank + 3,
        "score_band": pd.cut(score, [0, 0.4, 0.5, 0.6, 1], labels=bands).astype("str").where(score.notna()),
    })  # fmt: skip
    frame["site_id"] = frame["organisation"] + ":" + frame["reference"]
    table = gpd.GeoDataFrame(
        frame.join(parts).set_index("site_id"), geometry=gpd.GeoSeries(places, index=frame["site_id"]), crs=schema.CRS
    )
    table["easting"], table["northing"] = table.geometry.x, table.geometry.y
    return schema.conform(table, schema.SITES).sort_values(["rank", "reference"])


def _site_shapes(sites):
    """Return discs, the first of them a drawn polygon, of the sites that have a place."""
    placed = sites[sites.geometry.notna()]
    table = placed[["site_name", "hectares", "geometry"]].assign(shape_basis="disc", shape_hectares=placed["hectares"])
    table["position_uncertainty_m"] = (table["hectares"] * 1e4 / np.pi) ** 0.5
    table["geometry"] = table.buffer(table["position_uncertainty_m"])
    table.loc[table.index[0], ["shape_basis", "shape_id", "hectares_agree"]] = ["polygon by reference", "a#1", "yes"]
    return schema.conform(table, schema.SITE_SHAPES)


def _criteria():
    return pd.DataFrame(
        {
            "criterion": list(CRITERIA),
            "title": ["Walk to the corridor", "Deprivation", "Homes", "Market failure"],
            "weight": list(CRITERIA.values()),
            "unit": ["m", "%", "homes", "0–1"],
            "worst": [960.0, 100.0, 0.0, 0.0],
            "best": [200.0, 0.0, 150.0, 1.0],
            "source": ["METHODS 2g", "IoD 2025", "Proposal of this project", "Proposal of this project"],
            "date": ["2026-11-22"] * 4,
            "confidence": ["proposal", "published", "proposal", "unverified"],
        }
    )


def _issues():
    log = IssueLog("registers/birmingham.csv")
    log.add("invalid decimal", row=7, field="hectares", value="0.5 - 1", action="left blank", site_id="E08000025:S1")
    log.add("OSGB flipped", row=9, field="point", value="<b>289</b>", action="exchanged")
    log.add("missing value", row=12, field="ownership_status", action="left blank", file="registers/sandwell.csv")
    return log.table()


def _record(sites, issues):
    read = Input("register", "registers/birmingham.csv", "ab" * 32, 1234, 8, "2020-12", "Birmingham City Council",
                 "OGL v3",
                 "Contains public sector information licensed under the Open Government Licence v3.0.")  # fmt: skip
    parameter = Parameter("access.walk_factor", 1.3, "ratio", "METHODS 2g", "2026-11-22", "published")
    return {
        "title": "Made-up corridor",
        "area": "Nowhere",
        "illustrative": True,
        "as_of": date(2021, 1, 1),
        "network_date": date(2026, 10, 2),
        "price_date": None,
        "seed": 0,
        "siteprior": "0.1.0",
        "python": "3.11.2",
        "packages": {"geopandas": "1.2.0"},
        "settings": {"shortlist": {"n": 6}, "corridors": {"count_planned": False}},
        "weights": CRITERIA,
        "parameters": [vars(parameter)],
        "inputs": [vars(read)],
        "register_files": [],
        "counts": {
            "sites": len(sites), "ranked": 11, "shortlist": 6, "tied": 2,
            "by_organisation": sites.groupby("organisation").size().to_dict(),
            "gate_reasons": {"no_corridor": 1, "no_place": 1, "outside_area": 1, "too_small": 1},
            "market_failure": sites["market_failure"].value_counts().to_dict(),
            "issues": issues["issue_type"].value_counts().to_dict(),
        },
        "attribution": ["Contains public sector information licensed under the Open Government Licence v3.0."],
    }  # fmt: skip


@pytest.fixture(scope="session")
def made_up() -> SimpleNamespace:
    """Return every table of a run; tests that change one take a copy."""
    sites, issues, criteria = _sites(), _issues(), _criteria()
    record = _record(sites, issues)
    return SimpleNamespace(
        sites=sites,
        shortlist=sites.head(6),
        corridors=_corridors(),
        stops=_stops(),
        areas=_areas(),
        site_shapes=_site_shapes(sites),
        criteria=criteria,
        issues=issues,
        record=record,
        run_info=pd.DataFrame({"item": ["title", "as_of"], "value": ["Made-up corridor", "2021-01-01"]}),
        as_of=date(2021, 1, 1),
    )


@pytest.fixture(scope="session")
def layers(made_up):
    """Return the layers in the order of the contract."""
    return {name: getattr(made_up, name) for name in ("shortlist", "sites", "corridors", "stops", "areas")}


@pytest.fixture(scope="session")
def tables(made_up):
    """Return the attribute tables in the order of the contract."""
    return {name: getattr(made_up, name) for name in ("run_info", "criteria", "issues")}


@pytest.fixture(scope="session")
def package(layers, tables, made_up, tmp_path_factory):
    """Return the path of a GeoPackage of the whole made-up run."""
    from siteprior.report.geopackage.write import write_geopackage

    path = tmp_path_factory.mktemp("run") / "shortlist.gpkg"
    return write_geopackage(path, layers, tables, as_of=made_up.as_of, metadata=made_up.record, illustrative=True)


@pytest.fixture(scope="session")
def run_package(layers, tables, made_up, tmp_path_factory):
    """Return the path of the made-up run's GeoPackage as a run publishes it: columns parted between layer and table."""
    from siteprior.report.geopackage.site_form import SITE_ATTRIBUTES, split_sites
    from siteprior.report.geopackage.write import write_geopackage

    on_map, rest = split_sites(made_up.sites)
    shown = {**layers, "shortlist": on_map.loc[made_up.shortlist.index], "sites": on_map}
    path = tmp_path_factory.mktemp("published") / "shortlist.gpkg"
    return write_geopackage(path, shown, {**tables, SITE_ATTRIBUTES: rest}, as_of=made_up.as_of, illustrative=True)


@pytest.fixture(scope="session")
def shapes_package(made_up, tmp_path_factory):
    """Return the path of the GeoPackage of the made-up sites' shapes."""
    from siteprior.report.geopackage.write import write_geopackage

    path = tmp_path_factory.mktemp("shapes") / "site_shapes.gpkg"
    return write_geopackage(path, {"site_shapes": made_up.site_shapes}, {}, as_of=made_up.as_of)
