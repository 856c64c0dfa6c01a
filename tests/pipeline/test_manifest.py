"""What is recorded of a run, and a run's folder opened again: as it was written, or refused in siteprior's words."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from factories.results import at_points, plain_project, small_result
from siteprior import __version__
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.core.files import Input
from siteprior.core.issues import IssueLog
from siteprior.core.progress import no_progress
from siteprior.pipeline import manifest
from siteprior.pipeline.manifest import (
    NOT_IN_EVERY_RUN,
    PACKAGES,
    TABLES,
    applied_parameters,
    describe_run,
    open_run,
    run_info,
)
from siteprior.ranking.gates import gate_table
from siteprior.report.geopackage.site_form import split_sites
from siteprior.sources.evidence.land_values import LandValues


@pytest.fixture(scope="module")
def folder(sample_run):
    return sample_run


@pytest.fixture(scope="module")
def done(sample_assessment):
    return sample_assessment


def test_a_run_can_be_opened_again(folder, done):
    opened = open_run(folder)
    assert opened["sites"].index.tolist() == done.sites.index.tolist()
    assert opened["sites"]["rank"].equals(done.sites["rank"])
    assert opened["record"]["title"] == "Illustrative West Midlands shortlist"
    pd.testing.assert_series_equal(
        opened["sites"]["walk_m"], done.sites["walk_m"], check_exact=False, rtol=1e-12, check_index_type=False
    )


@pytest.fixture
def described(monkeypatch):
    """Six sites: ranked 1, 2, 2 and 4, one of them of two plots, and one two gates keep out."""
    sites = at_points(
        *[(400_000, 290_000)] * 6, organisation=["E1", "E1", "E2", "E2", "E2", "E2"],
        organisation_name=["Aldridge", None, None, None, None, None], opportunity_id=list("abcded"),
        ranked_as=["a", "b", "c", "d", None, "d"],
        rank=pd.array([1, 2, 2, 4, None, 4], dtype="Int64"), gate_reasons=[*[None] * 4, "too_small; ended", None],
        market_failure=["Identified", "Cannot tell", "Cannot tell", "Not found", None, None],
        settled=["yes", "no", "no", "yes", "yes", "no"],
    )  # fmt: skip
    log = IssueLog("a.csv")
    log.add("missing value", row=2)
    log.add("missing value", row=3)
    log.add("OSGB", row=3)
    files = ("a.csv", "b.csv", "c.csv")
    read = tuple(Input("register", file, "ab" * 32, 9, 2, attribution=words) for file, words in zip(
        files, ("Contains X", "", "Contains X"), strict=True))  # fmt: skip
    project = plain_project(shortlist={"n": 3}, project={"title": "T", "seed": 7})
    criteria = pd.DataFrame({"criterion": ["capacity", "need"], "weight": [0.25, 0.75]})
    done = small_result(
        sites, project=project, sites=sites, criteria=criteria, issue_tables=(log.table(),), provenance=read,
        gates=gate_table(gates={"beyond_corridor_walk": 800, "ended": False}),
        register_files=pd.DataFrame({"file": ["a.csv"], "rows_in": [2]}),
        evidence_files=schema.conform(pd.DataFrame({"keys": ["parcels"], "could_decide": [2]}), schema.EVIDENCE_FILES),
    )  # fmt: skip
    monkeypatch.setattr(manifest, "whole_files_of", lambda _: [])  # no table beside the sites is made here
    return describe_run(done, no_progress).record


def test_the_record_counts_what_there_is(described):
    assert described["counts"] == {
        "sites": 6, "ranked": 5, "opportunities": 5, "ranked_opportunities": 4, "shortlist": 3, "tied": 2,
        "by_organisation": {"E1": 2, "E2": 4},
        "gate_reasons": {"ended": 1, "too_small": 1},
        "market_failure": {"Cannot tell": 2, "Identified": 1, "Not found": 1},
        "issues": {"OSGB": 1, "missing value": 2},
    }  # fmt: skip
    evidence = described["open_evidence"]
    assert (evidence["settled"], evidence["open"]) == (2, 3)  # of those ranked
    assert [(row["keys"], row["could_decide"], row["shows"]) for row in evidence["files"]] == [("parcels", 2, None)]
    assert described["weights"] == {"capacity": 0.25, "need": 0.75}
    assert (described["title"], described["seed"], described["siteprior"]) == ("T", 7, __version__)
    assert set(described["packages"]) == set(PACKAGES)
    assert described["attribution"] == ["Contains X"]
    assert [read["file"] for read in described["inputs"]] == ["a.csv", "b.csv", "c.csv"]
    assert described["register_files"] == [{"file": "a.csv", "rows_in": 2}]
    assert json.dumps(described["settings"])


def test_the_record_names_organisations_and_says_the_gates_as_the_project_sets_them(described):
    assert described["organisations"] == {"E1": "Aldridge", "E2": "E2"}  # a code nobody names stays one
    gates = {row["gate"]: row for row in described["gates"]}
    assert gates["beyond_corridor_walk"]["needed"] == "at most 800 m on foot from a counted stop of a corridor"
    assert {code for code, row in gates.items() if row["stands"] == "no"} == {"ended", "low_coordinate_confidence"}
    assert set(gates["ended"]) == {"gate", "title", "why", "stands", "needed"}


@pytest.mark.parametrize(
    ("entries", "shipped", "any_of_them"),
    [((), False, False), ((LandValues(edition=2017),), True, True), ((LandValues(path="v.xlsx"),), False, True)],
)
def test_land_values_are_parameters_of_the_runs_that_ask_for_them(entries, shipped, any_of_them):
    project = plain_project(evidence=SimpleNamespace(named={"land_values": entries}.get))
    names = {row.name for row in applied_parameters(project)}
    assert {name for name in names if name.startswith("land_values.shipped")} == {
        f"land_values.shipped.2017.{kind}" for kind in ("residential", "industrial") if shipped
    }
    assert ("land_values.headroom.premium" in names) == any_of_them
    assert ("land_values.areas.industrial_of" in names) == any_of_them


def test_the_record_stands_in_the_geopackage_as_keys_and_values():
    record = {
        "title": "T", "price_date": None, "seed": 7, "illustrative": True, "settings": {"a": 1}, "packages": {},
        "counts": {"sites": 5, "issues": {"OSGB": 1}}, "weights": {"capacity": 1 / 3},
        "inputs": [{"file": "a.csv", "role": "register", "vintage": "", "licence": "OGL", "sha256": "ab"}],
        "attribution": ["Contains X", "Contains Y"],
        "joins": [{"join": "deprivation of areas", "met": 3, "codes": 4, "of": "areas", "file": "iod.csv"}],
    }  # fmt: skip
    assert run_info(record).to_records(index=False).tolist() == [
        ("title", "T"), ("seed", "7"), ("illustrative", "True"), ("count: sites", "5"),
        ("weight: capacity", "0.333333"), ("join: deprivation of areas", "3 of 4 areas found in iod.csv"),
        ("input: a.csv", "register; vintage not stated; licence OGL; SHA-256 ab"),
        ("attribution 1", "Contains X"), ("attribution 2", "Contains Y"),
    ]  # fmt: skip


def test_every_table_a_run_may_be_without_is_taken_away_from_the_next():
    assert {f"{name}.csv" for name in TABLES} <= set(NOT_IN_EVERY_RUN)
    assert "ranking.csv" not in NOT_IN_EVERY_RUN


RECORD = {"inputs": [], "title": "T"}


def write_run(folder, record=None, *, layers=(), access=()):
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_text(json.dumps(RECORD) if record is None else record, encoding="utf-8")
    sites = at_points((400_000, 290_000))
    for name in layers:
        table = sites.reset_index() if name in ("shortlist", "sites") else gpd.GeoDataFrame(
            {"key": ["a"]}, geometry=[shapely.Point(0, 0)], crs=27700)  # fmt: skip
        table.to_file(folder / "shortlist.gpkg", layer=name, driver="GPKG")
    for name in access:
        declared = {"corridor_stops": schema.CORRIDOR_STOPS, "catchments": schema.CATCHMENTS}[name]
        table = gpd.GeoDataFrame({declared.index: ["a"]}, geometry=[shapely.Point(0, 0)], crs=27700)
        table.to_file(folder / "access.gpkg", layer=name, driver="GPKG")
    return folder


LAYERS = ("shortlist", "sites", "corridors", "stops", "areas", "run_info", "criteria", "issues")


def test_a_small_run_is_opened_with_empty_tables_for_what_it_is_without(tmp_path):
    opened = open_run(write_run(tmp_path / "run", layers=LAYERS, access=("corridor_stops", "catchments")))
    assert opened["record"] == RECORD
    assert opened["sites"].index.to_list() == ["a"]
    assert {len(opened[name]) for name in TABLES} == {0}
    assert list(opened["history"].columns) == schema.HISTORY.names


@pytest.mark.parametrize("parted", [True, False], ids=["attributes apart", "all on the layers"])
@pytest.mark.parametrize("eligible", [[True, False, None], ["yes", "no", None]], ids=["truth values", "words"])
def test_sites_have_all_columns_and_eligible_in_words_however_the_run_wrote_them(tmp_path, parted, eligible):
    run = write_run(tmp_path / "run", layers=LAYERS[2:], access=("corridor_stops", "catchments"))
    sites = at_points(
        *[(400_000, 290_000)] * 3,
        rank=pd.array([1, 2, None], dtype="Int64"),
        owner_count=pd.array([4, None, 2]),
        end_date=[None, pd.Timestamp(2020, 2, 29), None],
    ).assign(c_need=[0.5, 0.25, None], eligible=pd.array(eligible, dtype="boolean" if eligible[0] is True else "str"))
    on_map, rest = split_sites(sites) if parted else (sites, None)
    on_map.loc[["a"]].to_file(run / "shortlist.gpkg", layer="shortlist", driver="GPKG", index=True)
    on_map.to_file(run / "shortlist.gpkg", layer="sites", driver="GPKG", index=True)
    if rest is not None:
        moved = rest.iloc[::-1].reset_index()  # rows are joined by their site, not by their order
        pyogrio.write_dataframe(moved, run / "shortlist.gpkg", layer="site_attributes", driver="GPKG")
    opened = open_run(run)
    expected = schema.conform(sites, schema.SITES)
    expected = expected[[*expected.columns.drop("geometry"), "geometry"]]
    assert opened.sites["eligible"].iloc[:2].tolist() == ["yes", "no"]
    assert list(opened.sites.columns) == list(expected.columns)
    pd.testing.assert_frame_equal(pd.DataFrame(opened.sites), pd.DataFrame(expected), check_index_type=False)
    pd.testing.assert_frame_equal(
        pd.DataFrame(opened.shortlist), pd.DataFrame(expected.iloc[:1]), check_index_type=False
    )


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda run: (run / "run.json").unlink(), r"holds no run: it has no run\.json"),
        (lambda run: (run / "run.json").write_text(""), r"run\.json: the file is empty"),
        (lambda run: (run / "run.json").write_text("{'a': 1}"), r"run\.json: is not JSON .*; run the project again"),
        (lambda run: (run / "run.json").write_bytes(b"\xff\xfe1"), r"run\.json: is not "),
        (lambda run: (run / "run.json").write_text("[1]"), r"run\.json: is not the record of a run"),
        (lambda run: (run / "shortlist.gpkg").unlink(), r"shortlist\.gpkg: there is no such file"),
        (lambda run: (run / "access.gpkg").unlink(), r"access\.gpkg: there is no such file"),
        (lambda run: (run / "access.gpkg").write_bytes(b""), r"access\.gpkg: holds no layer 'corridor_stops'"),
        (lambda run: (run / "shortlist.gpkg").write_text("earlier"), r"shortlist\.gpkg: holds no layer 'shortlist'"),
    ],
)
def test_a_folder_that_is_no_run_is_refused_with_the_file_at_fault(spoil, says, tmp_path):
    run = write_run(tmp_path / "run", layers=LAYERS, access=("corridor_stops", "catchments"))
    spoil(run)
    with pytest.raises(InputError, match=says):
        open_run(run)


def test_a_geopackage_without_a_layer_of_a_run_is_refused(tmp_path):
    run = write_run(tmp_path / "run", layers=LAYERS[:-1], access=("corridor_stops", "catchments"))
    with pytest.raises(InputError, match=r"shortlist\.gpkg: holds no layer 'issues' that can be read; run the project"):
        open_run(run)


def test_the_columns_of_a_table_are_of_the_kinds_they_are_declared_of(folder):
    opened = open_run(folder)
    kinds = {"text": "str", "flag": "str", "number": "float64", "integer": "Int64", "date": "datetime64[s]"}
    for name in TABLES:
        declared = {column.name: kinds[column.kind] for column in schema.CSV_TABLES[name].columns}
        found = {column: str(kind) for column, kind in opened[name].dtypes.items() if column in declared}
        assert found == {column: declared[column] for column in found}, name


def test_a_value_of_another_kind_is_refused_with_its_column(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "run")
    path = tmp_path / "run" / "comparables.csv"
    table = pd.read_csv(path, dtype="str")
    table.loc[0, "price_gbp"] = "a lot"
    table.to_csv(path, index=False)
    with pytest.raises(InputError, match=r"comparables\.csv: price_gbp holds what is no number"):
        open_run(tmp_path / "run")
