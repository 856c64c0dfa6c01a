"""The main job on the sample: what every run must hold, and that each output says the sample is illustrative."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest

from factories.sample import sample_text
from factories.small import small_project
from siteprior.core import schema
from siteprior.core.errors import InputError, OutputError, ProjectError, SitePriorError
from siteprior.core.files import shipped
from siteprior.pipeline.manifest import open_run
from siteprior.pipeline.run import assess, run
from siteprior.project.load import load_project
from siteprior.ranking.scoring import score
from siteprior.report.notebooks.run import execute_notebook


@pytest.fixture
def folder(sample_run):
    return sample_run


@pytest.fixture(scope="module")
def project():
    return load_project(shipped("data") / "demo.toml", data_root=shipped("data"))


@pytest.fixture(scope="module")
def plain(project):
    """The sample without streets, timetables and scenarios: what a run falls back on."""
    bare = {"streets": None, "timetables": (), "history": (), "sales": (), "floor_areas": (), "postcodes": ()}
    sources = project.sources.model_copy(update=bare)
    return project.model_copy(update={"sources": sources, "scenarios": (), "layers": ()})


@pytest.fixture(scope="module")
def done(sample_assessment):
    return sample_assessment


@pytest.fixture(scope="module")
def fallen(plain):
    """The sample on straight lines, without timetables."""
    return assess(plain)


def test_the_folder_holds_what_the_contract_names(folder):
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "shortlist.gpkg", "site_shapes.gpkg", "ranking.csv", "issues.csv", "history.csv", "duplicates.csv",
        "report.html", "run.json", "access.gpkg", "corridor_summary.csv", "corridor_sites.csv",
        "corridor_rankings.csv", "access_routes.csv", "scenarios.csv", "notebooks/01_shortlist.html",
        "market_failure.csv", "deadweight.csv", "fund_rules.csv", "viability_lines.csv", "viability_drivers.csv",
        "price_validation.csv", "comparables.csv", "datapackage.json", "my_notes.txt", "evidence_gaps.csv",
        "evidence_files.csv", "opportunity_links.csv", "top_k_acceptability.csv", "core_index.csv",
        "programme_constraints.csv", "programme_frontier.csv", "board_summary.html", "dossiers/index.html",
        "shortlist.xlsx", "siteprior.qgz",
    } | {name for name in names if name.startswith(("pictures/", "dossiers/e"))}  # fmt: skip
    assert sum(name.startswith("dossiers/e") for name in names) == 25
    assert sum(name.startswith("pictures/strip_") for name in names) == 2
    assert sum(name.startswith("pictures/catchment_") for name in names) == 1


def test_the_tables_for_excel_begin_with_a_byte_order_mark_and_no_other_does(folder):
    marked = {path.name for path in folder.glob("*.csv") if path.read_bytes().startswith(b"\xef\xbb\xbf")}
    assert marked == {"ranking.csv", "issues.csv"}
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    assert {one["path"] for one in described if one["encoding"] == "utf-8-sig"} == marked


def test_names_stand_beside_codes_and_eligible_is_a_truth_value_in_the_geopackage(folder):
    ranking = pd.read_csv(folder / "ranking.csv", index_col="site_id", low_memory=False)
    assert ranking.columns[ranking.columns.get_loc("organisation") + 1] == "organisation_name"
    named = dict(zip(ranking["organisation"], ranking["organisation_name"], strict=True))
    assert (named["E08000025"], named["E08000029"]) == ("Birmingham", "Solihull")
    assert ranking["organisation_name"].notna().all()
    assert set(ranking["eligible"]) == {"yes", "no"}
    layer = gpd.read_file(folder / "shortlist.gpkg", layer="sites").set_index("site_id")
    assert layer["eligible"].dtype == bool
    assert layer["eligible"].equals((ranking["eligible"] == "yes").rename("eligible"))
    opened = open_run(folder)
    assert set(opened.sites.columns) - {"geometry"} == set(ranking.columns)
    assert opened.sites["eligible"].tolist() == ranking["eligible"].tolist()
    assert list(opened.shortlist.columns) == list(opened.sites.columns)


def test_every_output_says_it_is_illustrative(folder):
    for name in ("report.html", "notebooks/01_shortlist.html"):
        assert "illustrative" in (folder / name).read_text(encoding="utf-8").lower()
    assert json.loads((folder / "run.json").read_text(encoding="utf-8"))["illustrative"] is True
    for name in ("ranking.csv", "issues.csv", "corridor_sites.csv", "access_routes.csv", "scenarios.csv"):
        assert (pd.read_csv(folder / name)["illustrative"] == "yes").all()
    for layer in ("shortlist", "sites", "opportunities"):
        assert (gpd.read_file(folder / "shortlist.gpkg", layer=layer)["illustrative"] == "yes").all()


@pytest.mark.parametrize("name", ["02_access", "03_market_failure"])
def test_the_other_notebooks_run_on_the_folder(folder, tmp_path, name):
    page = execute_notebook(
        shipped("notebooks") / f"{name}.ipynb",
        tmp_path / f"{name}.html",
        parameters={"run_folder": str(folder)},
        cwd=tmp_path,
    )
    text = page.read_text(encoding="utf-8")
    assert "Illustrative sample" in text
    assert text.count("data:image/png;base64") >= 2


def test_a_project_says_which_notebooks_its_run_leaves(project, tmp_path):
    assert project.publish.notebooks == ("01_shortlist",)
    path = tmp_path / "project.toml"
    path.write_text(f'{sample_text(plain=True)}\n[publish]\nnotebooks = ["04_nothing"]\n', encoding="utf-8")
    with pytest.raises(ProjectError, match="Valid: 00_quick_start, 01_shortlist, 02_access"):
        load_project(path)


def test_all_sites_are_considered_in_every_council_and_the_own_ones(done):
    councils = {f"E080000{number}" for number in range(25, 32)}
    assert set(done.sites["organisation"]) == councils  # the combined authority lists sites and is no council
    assert done.sites.index[done.sites["register"] == "public estate"].str.startswith("E47000007:").all()
    ranked = done.sites[done.sites["rank"].notna()]
    assert councils <= set(ranked["organisation"])
    assert {"employment land", "public estate"} <= set(done.sites["register"])


def test_every_verdict_occurs_settled_and_open_and_what_is_open_is_named(done):
    ranked = done.sites[done.sites["rank"].notna()]
    assert set(ranked["market_failure"]) == {"Identified", "Indicated", "Not found", "Cannot tell"}
    assert set(ranked["settled"]) == {"yes", "no"}
    settled, unsettled = ranked[ranked["settled"] == "yes"], ranked[ranked["settled"] == "no"]
    assert min(len(settled), len(unsettled)) >= 20
    assert (settled["verdict_best"] == settled["verdict_worst"]).all()
    assert (unsettled["verdict_best"] != unsettled["verdict_worst"]).all()
    assert settled["settled_on"].notna().all()
    assert unsettled["open_facts"].fillna("").str.strip().ne("").all()


def test_the_evidence_of_the_sample_reaches_the_sites(done):
    """Each named file shows something on a site, and outside its coverage nothing is known."""
    sites = done.sites
    shown = ["historic_landfill", "flood_zone_3", "inspire_parcels", "coal_high_risk", "priority_habitat", "green_belt",
             "conservation_area", "article_4", "listed_buildings"]  # fmt: skip
    assert [name for name in shown if not (sites[name] > 0).any()] == []
    assert sites.loc[sites["district_code"] == "E08000026", "flood_zone_3"].isna().all()
    assert sites.loc[sites["district_code"] == "E08000029", "headroom_gbp_per_ha"].isna().all()
    cleaned = sites[sites["cleaned_by"].notna()]
    assert cleaned["cleaned_by"].tolist() == ["owner"]
    assert not cleaned["market_failure"].isin(["Identified"]).any()


def test_the_ranking_is_coherent(done):
    ranked = done.sites[done.sites["rank"].notna()]
    assert (ranked["eligible"] == "yes").all()
    assert ranked["gate_reasons"].isna().all()
    assert ranked["score"].is_monotonic_decreasing
    once = ranked[ranked["ranked_as"] == ranked.index]  # plots of one opportunity share its rank
    assert once["rank"].tolist() == once["score"].rank(method="min", ascending=False).astype(int).tolist()
    assert len(once) < len(ranked)
    carried = once.reindex(ranked["ranked_as"])
    for column in ("rank", "score", "coverage", "rank_p05", "rank_p95", "rank_without_transit", "members"):
        assert ranked[column].tolist() == carried[column].tolist()
    contributions = [f"c_{name}" for name in done.criteria["criterion"]]
    assert (ranked[contributions].sum(axis=1) - ranked["score"]).abs().max() < 1e-9
    left = done.sites[done.sites["rank"].isna()]
    assert left["gate_reasons"].notna().all()
    assert left[["score", "coverage", "score_band", *contributions]].isna().all(axis=None)
    assert done.shortlist.index.tolist() == once.index[:25].tolist()
    assert done.opportunities.index.tolist() == once.index.tolist()


def test_a_result_and_its_folder_score_as_the_run_did(done, folder):
    for ranked in (done, open_run(folder)):
        again = score(ranked)
        for column in ("score", "coverage", "c_corridor_access"):
            left, right = again[column].astype(float), ranked.sites[column].astype(float)
            pd.testing.assert_series_equal(left, right, check_names=False, rtol=1e-12)
    with pytest.raises(InputError, match="weights: unknown criterion 'fuel_povrty'; did you mean 'fuel_poverty'"):
        score(open_run(folder), {"fuel_povrty": 1})


def test_sites_carry_every_declared_column(done):
    assert list(done.sites.columns[: len(schema.SITES.names)]) == schema.SITES.names
    schema.check(done.sites, schema.SITES, name="sites")


def test_the_record_names_every_input_and_every_number(folder, done):
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert {read["role"] for read in record["inputs"]} == {
        "areas", "deprivation", "register", "own sites", "stops", "openings", "corridors", "streets", "timetables",
        "postcodes", "sales", "floor areas", "layer", "site facts", "historic_landfill", "flood_zones", "parcels",
        "land_values", "coal", "priority_habitats", "green_belt", "conservation_areas", "article_4", "listed_buildings",
    }  # fmt: skip
    assert all(len(read["sha256"]) == 64 for read in record["inputs"])
    unstated = {read["role"] for read in record["inputs"] if not (read["licence"] and read["publisher"])}
    assert unstated == {"own sites", "site facts", "openings", "corridors", "layer"}  # the sample states none
    assert {"access.walk_factor", "ranking.weight_draws"} <= {row["name"] for row in record["parameters"]}
    assert abs(sum(record["weights"].values()) - 1) < 1e-12
    assert record["counts"]["sites"] == len(done.sites)
    assert record["attribution"]


def test_walks_run_along_the_streets_and_the_index_is_explained(done):
    measured = done.sites[done.sites["walk_m"].notna()]
    assert (measured["walk_basis"] == "network").all()
    told = done.sites.loc[done.sites["walk_m"].isna(), "walk_note"]
    assert told.notna().all()
    island = done.sites[done.sites["reference"] == "ILL-WAL-006"].iloc[0]
    assert island["walk_note"].startswith("no way on the streets")
    assert pd.isna(island["walk_m"])
    parts = done.access_routes.groupby("site_id")["contribution"].sum()
    index = done.sites["access_index"].dropna()
    assert len(index) > 300
    assert (index - parts.reindex(index.index).fillna(0)).abs().max() < 1e-9
    assert done.criteria["criterion"].tolist()[:2] == ["corridor_access", "access_index"]


def test_without_streets_and_timetables_the_run_falls_back_openly(fallen, done):
    assert set(fallen.sites["walk_basis"].dropna()) == {"straight-line"}
    assert fallen.sites[["access_index", "access_band", "service_date"]].isna().all(axis=None)
    assert "access_index" not in set(fallen.criteria["criterion"])
    assert fallen.scenario_effects.empty
    # a walk is never shorter than the straight line it stands beside: from the edge of a polygon, where it has one
    apart = fallen.sites.reindex(done.sites.index)
    polygon = done.sites["shape_basis"].eq("polygon as given")
    assert polygon.any()
    straight = apart["walk_m"].mask(polygon, apart["walk_low_m"]) / 1.3
    assert (done.sites["walk_m"] >= straight - 1)[done.sites["walk_m"].notna()].all()


def test_scenarios_change_what_they_say_and_nothing_else(done):
    effects = done.scenario_effects
    assert effects["scenario"].unique().tolist() == [scenario.name for scenario in done.project.scenarios]
    opened = effects[effects["scenario"] == "Metro Line 2 opens"]
    entered = opened[opened["effect"] == "enters"]
    assert len(entered)
    assert entered["corridor_after"].str.startswith("Metro Line 2").all()
    assert (opened["walk_m_after"] <= opened["walk_m_before"].fillna(float("inf")) + 1e-9)[
        opened["walk_m_after"].notna()
    ].all()
    cut = effects[effects["scenario"].str.startswith("Half the trains")]
    assert (cut["walk_m_after"].dropna() == cut["walk_m_before"].dropna()).all()
    assert (cut["access_index_after"] <= cut["access_index_before"] + 1e-9)[cut["access_index_after"].notna()].all()


def test_the_rank_without_transit_stands_beside_the_rank(done):
    ranked = done.opportunities
    assert ranked["rank_without_transit"].notna().all()
    others = ["c_deprivation", "c_capacity", "c_market_failure", "c_persistence"]
    apart = ranked[others].sum(axis=1).round(9)
    expected = apart.rank(method="min", ascending=False).astype(int)
    assert ranked["rank_without_transit"].astype(int).tolist() == expected.tolist()


def test_settings_change_what_they_say(plain, fallen):
    done = fallen
    open_only = done.corridor_stops["state"].eq("open")
    assert not open_only.all()
    planned = assess(plain.model_copy(update={
        "corridors": plain.corridors.model_copy(update={"count_planned": True}),
    }))  # fmt: skip
    nearer = planned.sites["corridor_walk_m"] <= done.sites["corridor_walk_m"].reindex(planned.sites.index) + 1e-9
    assert nearer[planned.sites["corridor_walk_m"].notna()].all()
    assert (planned.sites["corridor_stop_state"] == "planned").any()
    assert not (done.sites["corridor_stop_state"] == "planned").any()

    one = "Camp Hill line"
    along = assess(plain.model_copy(update={
        "corridors": plain.corridors.model_copy(update={"only": (one,)}),
        "gates": {"completed": False},
        "weights": {"capacity": 1.0},
    }))  # fmt: skip
    assert set(along.sites["corridor"].dropna()) == {one}
    assert "completed" not in set(along.sites["gate_reasons"].dropna().str.split("; ").explode())
    assert along.criteria["criterion"].tolist() == ["capacity"]


def test_an_unknown_corridor_or_set_of_weights_is_refused(plain, tmp_path):
    wrong = plain.corridors.model_copy(update={"only": ("Camp Hil line",)})
    with pytest.raises(SitePriorError, match="did you mean 'Camp Hill line'"):
        assess(plain.model_copy(update={"corridors": wrong}))
    path = tmp_path / "project.toml"
    for stated, fault in (
        ('set = "balancd"', "unknown weight set 'balancd'; did you mean 'balanced'"),
        ('set = "balanced"\ncapacity = 1.0', "keep one of the two"),
    ):
        path.write_text(f"{sample_text(plain=True)}\n[weights]\n{stated}\n", encoding="utf-8")
        with pytest.raises(ProjectError, match=fault):
            assess(path)


def test_a_failed_output_leaves_the_earlier_run(plain, fallen, tmp_path, monkeypatch):
    monkeypatch.setattr("siteprior.pipeline.run.KeptStages.run", lambda *_, **__: fallen)
    monkeypatch.setattr("siteprior.pipeline.run.run_with", lambda *_, **__: fallen)
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("earlier")
    from siteprior.report.html import report

    def fail(*_, **__):
        raise OutputError("report.html: no room on the disk")

    monkeypatch.setattr(report, "write_report", fail)
    with pytest.raises(SitePriorError, match="no room on the disk"):
        run(plain, out=out)
    assert [path.name for path in out.iterdir()] == ["report.html"]
    assert (out / "report.html").read_text() == "earlier"


def test_a_folder_in_which_an_input_lies_is_not_written(tmp_path):
    """A run writes decisions.csv and history.csv, and takes away earlier ones: not those the project reads."""
    project = small_project(tmp_path)
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "decisions.csv").write_text("site_id,field,value,reason,who,date,comment\n", encoding="utf-8")
    text, file = project.file.read_text(encoding="utf-8"), tmp_path / "with_decisions.toml"
    path = (folder / "decisions.csv").as_posix()
    file.write_text(text.replace("[sources]\n", f'[sources]\ndecisions = "{path}"\n'), encoding="utf-8")
    for audience in ("internal", "public"):
        with pytest.raises(InputError, match=r"decisions\.csv lies in the folder to write"):
            run(load_project(file, data_root=shipped("data")), out=folder, audience=audience)
    assert [each.name for each in folder.iterdir()] == ["decisions.csv"]
