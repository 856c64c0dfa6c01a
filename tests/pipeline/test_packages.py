"""GeoPackages of a result for the program the project names, what is beside them, and a large run read back whole."""

from __future__ import annotations

import json
import shutil
import sqlite3
import xml.etree.ElementTree as ET
import zipfile
from contextlib import closing
from datetime import date
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest

import siteprior as sp
from siteprior.core.errors import InputError
from siteprior.core.files import shipped
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import no_progress
from siteprior.pipeline import whole_files
from siteprior.pipeline.manifest import NOT_IN_EVERY_RUN, TABLES, describe_run
from siteprior.pipeline.packages import published_as, write_package, write_qgis_project
from siteprior.pipeline.publish import write_tables
from siteprior.pipeline.registered import load_project
from siteprior.pipeline.whole_files import listed_sites, market_tables
from siteprior.report import long_tables
from siteprior.report.geopackage import near_shortlist


def result(**publish):
    """Return what these functions ask of a result."""
    head = SimpleNamespace(as_of=date(2026, 1, 31), illustrative=False, title="Sites")
    asked = SimpleNamespace(**{"gis": "qgis", "geoparquet": False, **publish})
    return SimpleNamespace(project=SimpleNamespace(project=head, publish=asked), record={"title": "Sites"})


REACH = 1500

STOPS = gpd.GeoDataFrame(
    {"mode": ["rail"], "day": pd.to_datetime(["2020-01-02"])}, geometry=gpd.points_from_xy([4e5], [3e5]), crs=27700
)


def kinds(path):
    with closing(sqlite3.connect(path)) as database:
        return dict(database.execute("SELECT name, type FROM pragma_table_info('stops')").fetchall())


@pytest.mark.parametrize(("gis", "mode", "day"), [("qgis", "TEXT", "DATE"), ("arcgis", "TEXT", "TEXT"),
                                                  ("mapinfo", "TEXT(254)", "DATE")])  # fmt: skip
def test_the_file_is_for_the_program_the_project_names(tmp_path, gis, mode, day):
    done = result(gis=gis)
    write_package(done, tmp_path / "shortlist.gpkg", {"stops": STOPS}, {})
    write_qgis_project(done, tmp_path)
    found = kinds(tmp_path / "shortlist.gpkg")
    assert (found["mode"], found["day"]) == (mode, day)
    assert (tmp_path / "siteprior.qgz").is_file() == (gis == "qgis")
    assert not (tmp_path / "geoparquet").exists()


def test_layers_are_geoparquet_too_where_the_project_asks_for_it(tmp_path):
    write_package(result(geoparquet=True), tmp_path / "shortlist.gpkg", {"stops": STOPS}, {})
    assert [path.name for path in (tmp_path / "geoparquet").iterdir()] == ["stops.parquet"]


@pytest.fixture(scope="module")
def project():
    return load_project(shipped("data") / "demo.toml")


def test_what_is_stated_goes_before_the_project_and_what_is_not_stays(project):
    assert published_as(project) is project
    other = published_as(project, gis="mapinfo", geoparquet=True)
    assert (other.publish.gis, other.publish.geoparquet) == ("mapinfo", True)
    assert other.publish.notebooks == project.publish.notebooks
    assert (project.publish.gis, project.publish.geoparquet) == ("qgis", False)
    assert published_as(other, geoparquet=False).publish.gis == "mapinfo"


def test_all_faults_at_once(project):
    with pytest.raises(InputError) as refused:
        published_as(project, gis="QGIS", geoparquet="yes")
    first, second = refused.value.faults
    assert first.startswith("unknown gis 'QGIS'")
    assert second == "geoparquet: needs True or False, not 'yes'"


class Small:
    """The parameters ``report`` of a project in which a hundred are many, and near is nearer."""

    def integer(self, name):
        large = name in ("large_table_cells", "large_layer_rows")
        return 100 if large else load_parameters("report").integer(name)

    def number(self, name):
        return REACH if name == "near_shortlist_m" else load_parameters("report").number(name)


@pytest.fixture(scope="module")
def large(sample_run, sample_assessment, tmp_path_factory):
    """The folder of the sample's run as it would be if a hundred stops, areas and cells of a table were large."""
    folder = tmp_path_factory.mktemp("large") / "run"
    shutil.copytree(sample_run, folder)
    with pytest.MonkeyPatch.context() as patched:
        for module in (long_tables, near_shortlist, whole_files):
            patched.setattr(module, "load_parameters", lambda _: Small())
        done = describe_run(sample_assessment, no_progress)
        write_tables(done, market_tables(done), folder)
    return folder, done.record["notices"]


def test_a_large_run_has_the_shortlist_to_open_and_all_of_it_beside(large, sample_assessment):
    folder, notices = large
    done = sample_assessment
    listed = pd.read_csv(folder / "ranking.csv", encoding="utf-8-sig")
    assert listed["site_id"].tolist() == listed_sites(done)
    assert set(listed["ranked_as"]) == set(done.shortlist.index)
    whole = pd.read_parquet(folder / "ranking.parquet")
    assert whole["site_id"].tolist() == done.sites.index.tolist()
    assert list(whole) == list(listed)
    assert whole["score"].tolist() == pytest.approx(done.sites["score"].tolist(), abs=0, nan_ok=True)
    attributes = gpd.read_file(folder / "shortlist.gpkg", layer="site_attributes")
    assert attributes["site_id"].tolist() == listed_sites(done)
    with closing(sqlite3.connect(folder / "shortlist.gpkg")) as database:
        [(words,)] = database.execute("SELECT description FROM gpkg_contents WHERE table_name = 'site_attributes'")
    assert words.endswith("by site_id: those of the shortlist; ranking.parquet has all")
    assert len(gpd.read_file(folder / "shortlist.gpkg", layer="sites")) == len(done.sites)
    stated = [notice for notice in notices if ".parquet" in notice]
    assert [f"hold the {len(listed):,} of the shortlist" in stated[0], "those within 1.5 km" in stated[2]] == [
        True,
        True,
    ]
    tables = [path.name for path in sorted(folder.glob("*.parquet")) if path.name != "ranking.parquet"]
    assert all(name in stated[1] and name.replace(".parquet", ".csv") in stated[1] for name in tables)


def test_the_record_names_each_file_that_alone_has_all_rows(large):
    written = {path.relative_to(large[0]).as_posix() for path in large[0].rglob("*.parquet")}
    named = sp.open_run(large[0]).record["whole"]
    assert set(named) == written
    assert len(named) == len(written)


def test_of_large_layers_the_geopackage_has_what_lies_about_the_shortlist_and_says_so(large, sample_assessment):
    folder, done = large[0], sample_assessment
    for name, layer in (("stops", done.stops), ("areas", done.areas)):
        near = gpd.read_file(folder / "shortlist.gpkg", layer=name)
        away = [layer.geometry.distance(site).to_numpy() for site in done.shortlist.geometry]
        within = sum(min(distances) <= 1500 for distances in zip(*away, strict=True))
        assert 0 < len(near) == within < len(layer)
        assert len(gpd.read_parquet(folder / "geoparquet" / f"{name}.parquet")) == len(layer)
        with closing(sqlite3.connect(folder / "shortlist.gpkg")) as database:
            (about,) = database.execute("SELECT description FROM gpkg_contents WHERE table_name = ?", [name]).fetchone()
        assert f"the {within:,} of {len(layer):,} within 1.5 km of the shortlist" in about


def test_a_large_run_opens_as_any_other(large, sample_run):
    one, other = sp.open_run(sample_run), sp.open_run(large[0])
    for name in one:
        if name in TABLES:  # Parquet is not rounded, and has empty columns as they were
            assert len(one[name]) == len(other[name]), name
            assert one[name].dtypes.sort_index().equals(other[name].dtypes.sort_index()), name
        elif name != "record":
            pd.testing.assert_frame_equal(one[name], other[name], check_exact=True)
    assert sp.score(other)["score"].equals(sp.score(one)["score"])
    site = one.shortlist.index[3]
    assert sp.explain(other, site).sentences == sp.explain(one, site).sentences


def test_a_large_run_is_compared_handed_over_and_ranked_again_as_any_other(large, sample_run, tmp_path):
    folder = large[0]
    assert sp.compare(sample_run, folder).empty
    handed = [sp.hand_over(run, audience="partner", out=tmp_path / run.name) for run in (sample_run, folder)]
    names = [sorted(path.name for path in one.folder.rglob("*") if path.is_file()) for (one,) in handed]
    assert names[0] == names[1]
    project = load_project(shipped("data") / "demo.toml", data_root=shipped("data"))
    ranked = [sp.rerank(project, run=run) for run in (sample_run, folder)]
    pd.testing.assert_frame_equal(pd.DataFrame(ranked[0].sites), pd.DataFrame(ranked[1].sites), check_exact=True)


def test_a_large_run_ranked_anew_lists_its_new_shortlist(large, tmp_path):
    project = load_project(shipped("data") / "demo.toml", data_root=shipped("data"))
    weights = {**dict.fromkeys(project.weights, 0.0), "capacity": 1.0}
    anew = sp.rerank(project.model_copy(update={"weights": weights}), run=large[0], out=tmp_path / "anew")
    listed = set(anew.shortlist.index)
    assert listed - set(sp.open_run(large[0]).shortlist.index)
    assert set(pd.read_csv(tmp_path / "anew" / "fund_rules.csv")["site_id"]) == listed
    assert set(sp.open_run(tmp_path / "anew").fund_rules["site_id"]) > listed


def test_a_large_run_without_its_whole_tables_is_refused(large, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(large[0], folder)
    project = load_project(shipped("data") / "demo.toml", data_root=shipped("data"))
    both = ["geoparquet/stops.parquet", "geoparquet/areas.parquet"]
    for lost in (["fund_rules.parquet"], both[1:], both):
        for name in lost:
            (folder / name).rename(folder / name.replace("/", "_").replace(".parquet", ".lost"))
        for use in (sp.open_run, lambda folder: sp.rerank(project, run=folder)):
            with pytest.raises(InputError, match=f"lacks {', '.join(lost)}, where all rows of a large run stand"):
                use(folder)
        for name in lost:
            (folder / name.replace("/", "_").replace(".parquet", ".lost")).rename(folder / name)
    (folder / "fund_rules.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(InputError, match=r"fund_rules\.parquet: cannot be read as Parquet"):
        sp.open_run(tmp_path / "run")


def test_plots_stand_beneath_the_site_they_are_ranked_as():
    sites = pd.DataFrame({"ranked_as": ["a", "a", "b", None]}, index=["a", "a2", "b", "refused"])
    done = SimpleNamespace(sites=sites, shortlist=sites.loc[["a"]])
    assert listed_sites(done) == ["a", "a2"]
    assert listed_sites(SimpleNamespace(sites=sites.drop(columns="ranked_as"), shortlist=sites.loc[["b"]])) == ["b"]


def test_what_a_large_run_leaves_is_known_to_the_next():
    assert {"ranking.parquet", "geoparquet/*.parquet"} <= set(NOT_IN_EVERY_RUN)


def test_what_is_handed_over_of_a_large_run_names_no_file_that_is_not_in_it(large, tmp_path):
    (package,) = sp.hand_over(large[0], audience="internal", out=tmp_path / "package")
    assert not list(package.folder.rglob("*.parquet"))
    record = json.loads((package.folder / "run.json").read_text(encoding="utf-8"))
    assert "whole" not in record
    assert about(package, "shortlist").startswith("Illustrative data – not real sites. Internal: not to leave the")
    assert len(record["notices"]) == len(large[1]) - 3
    contents = [path.read_bytes() for path in package.folder.rglob("*") if path.is_file()]
    assert not any(b".parquet" in content for content in contents)


def test_of_large_layers_each_part_has_what_lies_about_its_sites(large, sample_run, tmp_path, monkeypatch):
    """A part of a small run has all of the layer, one of a large run what lies within 1.5 km of the part's sites."""
    monkeypatch.setattr(near_shortlist, "load_parameters", lambda _: Small())
    parts = {run: sp.hand_over(run, audience="partner", by="council", out=tmp_path / run.name)
             for run in (sample_run, large[0])}  # fmt: skip
    run = sp.open_run(large[0])
    for small, part in zip(parts[sample_run], parts[large[0]], strict=True):
        sites = gpd.read_file(part.folder / "shortlist.gpkg", layer="shortlist").geometry
        for name, layer in (("stops", run.stops), ("areas", run.areas)):
            within = sum(bool((sites.distance(shape) <= REACH).any()) for shape in layer.geometry)
            assert len(gpd.read_file(part.folder / "shortlist.gpkg", layer=name)) == within < len(layer)
            assert len(gpd.read_file(small.folder / "shortlist.gpkg", layer=name)) == len(layer)
            assert f"the {within:,} of {len(layer):,} within 1.5 km of these sites; the run has all" in about(
                part, name
            )


def about(package, layer):
    with closing(sqlite3.connect(package.folder / "shortlist.gpkg")) as database:
        return database.execute("SELECT description FROM gpkg_contents WHERE table_name = ?", [layer]).fetchone()[0]


def test_the_project_of_a_large_run_opens_at_all_of_its_areas(large, sample_run, sample_assessment):
    west, south, east, north = sample_assessment.areas.total_bounds
    margin = 0.03 * (east - west)
    for folder in (sample_run, large[0]):
        with zipfile.ZipFile(folder / "siteprior.qgz") as archive:
            view = ET.fromstring(archive.read("siteprior.qgs")).find("ProjectViewSettings/DefaultViewExtent")
        sides = [float(view.get(side)) for side in ("xmin", "ymin", "xmax", "ymax")]
        assert sides == pytest.approx([west - margin, south - margin, east + margin, north + margin], abs=0.01)
