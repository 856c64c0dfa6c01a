"""GeoPackages of a result for the program the project names, what is beside them, and a large run read back whole."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest

import siteprior as sp
from siteprior.core.errors import InputError
from siteprior.core.files import shipped
from siteprior.pipeline import packages
from siteprior.pipeline.manifest import NOT_IN_EVERY_RUN, TABLES
from siteprior.pipeline.packages import large_notices, listed_sites, published_as, write_package, write_qgis_project
from siteprior.pipeline.publish import market_tables, write_tables
from siteprior.pipeline.registered import load_project
from siteprior.report import long_tables
from siteprior.report.geopackage import near_shortlist


def result(**publish):
    """Return what these functions ask of a result."""
    head = SimpleNamespace(as_of=date(2026, 1, 31), illustrative=False, title="Sites")
    asked = SimpleNamespace(**{"gis": "qgis", "geoparquet": False, **publish})
    return SimpleNamespace(project=SimpleNamespace(project=head, publish=asked), record={"title": "Sites"})


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


@pytest.fixture(scope="module")
def large(sample_run, sample_assessment, tmp_path_factory):
    """The folder of the sample's run as it would be if a hundred stops, areas and cells of a table were large."""
    folder = tmp_path_factory.mktemp("large") / "run"
    shutil.copytree(sample_run, folder)
    real = long_tables.load_parameters

    class Small:
        def integer(self, name):
            return 100 if name in ("large_table_cells", "large_layer_rows") else real("report").integer(name)

        def number(self, name):
            return 1500 if name == "near_shortlist_m" else real("report").number(name)

    with pytest.MonkeyPatch.context() as patched:
        for module in (long_tables, near_shortlist, packages):
            patched.setattr(module, "load_parameters", lambda _: Small())
        write_tables(sample_assessment, market_tables(sample_assessment), folder)
        notices = list(large_notices(sample_assessment))
    return folder, notices


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
    assert len(gpd.read_file(folder / "shortlist.gpkg", layer="sites")) == len(done.sites)
    assert ["ranking.parquet has all" in notices[0], "stops and areas within" in notices[1]] == [True, True]


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
            assert set(one[name].columns) == set(other[name].columns), name
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
    shutil.copytree(large[0], tmp_path / "run")
    (tmp_path / "run" / "fund_rules.parquet").unlink()
    for use in (
        sp.open_run,
        lambda folder: sp.rerank(load_project(shipped("data") / "demo.toml", data_root=shipped("data")), run=folder),
    ):
        with pytest.raises(InputError, match=r"lacks fund_rules\.parquet, where all rows of a large run stand"):
            use(tmp_path / "run")
    (tmp_path / "run" / "fund_rules.parquet").write_bytes(b"PAR1 no more")
    (tmp_path / "run" / "datapackage.json").unlink()
    with pytest.raises(InputError, match=r"fund_rules\.parquet: cannot be read as Parquet"):
        sp.open_run(tmp_path / "run")


def test_plots_stand_beneath_the_site_they_are_ranked_as():
    sites = pd.DataFrame({"ranked_as": ["a", "a", "b", None]}, index=["a", "a2", "b", "refused"])
    done = SimpleNamespace(sites=sites, shortlist=sites.loc[["a"]])
    assert listed_sites(done) == ["a", "a2"]
    assert listed_sites(SimpleNamespace(sites=sites.drop(columns="ranked_as"), shortlist=sites.loc[["b"]])) == ["b"]


def test_what_a_large_run_leaves_is_known_to_the_next():
    assert {"ranking.parquet", "geoparquet/*.parquet"} <= set(NOT_IN_EVERY_RUN)
