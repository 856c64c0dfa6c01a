"""The main job on the seven real registers: what must hold of it, sentence by sentence."""

from __future__ import annotations

import warnings

import pandas as pd
import pyogrio
import pytest

from factories.real import expected
from factories.two_runs import later_run
from factories.wmca import wmca_project
from siteprior import compare, open_run
from siteprior.core.errors import RunWarning
from siteprior.core.files import shipped
from siteprior.pipeline.run import run
from siteprior.project.model import NOTEBOOKS
from siteprior.report.notebooks.worker import NotebookProcess

COUNCILS = {
    "E08000025": 958, "E08000026": 135, "E08000027": 96, "E08000028": 182, "E08000029": 102, "E08000030": 100,
    "E08000031": 488,
}  # fmt: skip
OUTSIDE = {
    "E08000025:S901", "E08000026:F16", "E08000026:54800", "E08000028:2227",
    "E08000031:35350", "E08000031:35450", "E08000031:35470",
}  # fmt: skip
CONTRACT = """reference organisation site_name hectares minimum_net_dwellings planning_permission_status
    ownership_status coordinate_confidence lsoa_code lsoa_year imd_decile imd_edition nearest_stop nearest_stop_mode
    walk_m walk_basis bus_walk_m corridor corridor_walk_m corridor_chainage_m market_failure market_failure_reasons
    eligible gate_reasons score coverage rank rank_p05 rank_p95 score_band""".split()
BLANK_IN_REGISTERS = {
    # Facts the councils did not state, a signal too weak for a code, and reasons a ranked site by definition lacks.
    "hectares", "minimum_net_dwellings", "planning_permission_status", "ownership_status", "market_failure_reasons",
    "gate_reasons",
}  # fmt: skip


def made(real, out):
    """Run the project; it states that two registers are old, that sales cover no whole year, and nothing else."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RunWarning)
        folder = run(wmca_project(real, out.parent), out=out)
    stated = sorted(str(each.message) for each in caught if each.category is RunWarning)
    begins = [
        "2 of 7 registers: the newest entry or vintage is more than 1 year before as_of",
        *expected(whole=["households: read, and a thin market (T) is measured on no site with them"], of_slice=[]),
    ]
    assert len(stated) == len(begins)
    assert all(text.startswith(begin) for text, begin in zip(stated, begins, strict=True))
    return folder


@pytest.fixture(scope="module")
def folder(real, tmp_path_factory):
    return made(real, tmp_path_factory.mktemp("wmca"))


@pytest.fixture(scope="module")
def opened(folder):
    return open_run(folder)


@pytest.fixture(scope="module")
def sites(opened):
    return opened["sites"]


def test_all_seven_councils_are_there_and_no_row_is_lost(opened, sites):
    files = pd.DataFrame(opened["record"]["register_files"])
    assert files["rows_in"].sum() == 2061 == sum(COUNCILS.values())
    assert (files["rows_in"] == files["rows_out"] + files["rows_explained"]).all()
    assert files.set_index(files["file"].str.extract(r"/(\w+)_\d{4}\.", expand=False))["rows_in"].to_dict() == {
        "birmingham": 958, "coventry": 135, "dudley": 96, "sandwell": 182, "solihull": 102, "walsall": 100,
        "wolverhampton": 488,
    }  # fmt: skip
    counts = sites.groupby("organisation").size()
    assert set(counts.index) == set(COUNCILS)
    assert all(0.98 * COUNCILS[code] <= counts[code] <= COUNCILS[code] for code in COUNCILS)


def test_no_site_is_assigned_to_another_council(sites):
    by_file = sites.groupby("file")["organisation"].unique()
    assert all(len(codes) == 1 for codes in by_file)
    assert sorted(codes[0] for codes in by_file) == sorted(COUNCILS)


def test_places_lie_in_their_own_council(sites):
    placed = sites[sites["easting"].notna()]
    own = placed["district_code"] == placed["organisation"]
    assert own.mean() >= 0.995


def test_every_site_inside_the_polygons_has_its_lsoa_and_all_domains(sites):
    outside = sites["lsoa_code"].isna() & sites["easting"].notna()
    assert set(sites.index[outside]) == OUTSIDE
    inside = sites[sites["lsoa_code"].notna()]
    ranks = [c for c in sites.columns if c.endswith("_rank")]
    assert len(ranks) == 8
    assert inside[[*ranks, *(c.replace("_rank", "_decile") for c in ranks), "imd_percentile"]].notna().all(axis=None)
    assert (inside["lsoa_year"] == 2021).all()
    assert (inside["imd_edition"] == 2025).all()


def test_sites_outside_are_kept_unranked_with_the_reason(sites):
    for site in OUTSIDE:
        assert sites.loc[site, "eligible"] == "no"
        assert pd.isna(sites.loc[site, "rank"])
        assert "outside_area" in sites.loc[site, "gate_reasons"].split("; ")


def test_every_ranked_site_has_every_column_of_the_contract(sites, opened):
    contributions = [f"c_{name}" for name in opened["criteria"]["criterion"]]
    ranked = sites[sites["rank"].notna()]
    assert len(ranked) > 300
    assert set(CONTRACT) | set(contributions) <= set(sites.columns)
    filled = [c for c in (*CONTRACT, *contributions) if c not in BLANK_IN_REGISTERS]
    assert ranked[filled].notna().all().all()
    assert (ranked[contributions].sum(axis=1) - ranked["score"]).abs().max() < 1e-6


def test_blank_completed_and_ended_sites_are_not_ranked(sites, opened):
    as_of = pd.Timestamp(opened["record"]["as_of"])
    ended = pd.to_datetime(sites["end_date"]) <= as_of
    assert ended.sum() == 13 + 15 + 34 + 11  # Birmingham, Dudley, Solihull, Walsall: counted in the files
    done = sites["development_status"].notna()
    assert done.sum() >= 42 + 38  # Wolverhampton's under construction and completed
    assert sites.loc[ended | done, "rank"].isna().all()
    assert sites.loc[ended, "gate_reasons"].str.contains("ended").all()
    assert sites.loc[done, "gate_reasons"].str.contains("completed|under_construction").all()
    blank = opened["issues"].query("issue_type == 'missing value' and action.str.contains('blank records')")
    (sandwell,) = blank.loc[blank["file"].str.contains("sandwell"), "action"]
    assert "32 of them" in sandwell


def test_ranks_bands_and_scores_are_coherent(sites, opened):
    ranked = sites[sites["rank"].notna()]
    assert ranked["score"].between(0, 1).all()
    assert ranked["coverage"].between(0, 1).all()
    assert (ranked["rank_p05"] <= ranked["rank_p95"]).all()
    assert ranked["rank"].min() == 1
    assert (ranked.sort_values("rank")["score"].diff().dropna() <= 1e-9).all()
    once = ranked[ranked["ranked_as"] == ranked.index]
    assert list(opened["shortlist"].index) == list(once.sort_values(["rank", "site_id"]).index[:25])
    assert (once["rank"] <= len(once)).all()
    counts = opened["record"]["counts"]
    assert (counts["ranked"], counts["ranked_opportunities"]) == (len(ranked), len(once))


def test_the_campus_at_perry_barr_is_one_opportunity_of_its_eleven_plots(sites, opened):
    plots = [f"E08000025:N594{letter}" for letter in "ABCDEFGHIJK"]
    (campus,) = sites.loc[plots, "opportunity_id"].unique()
    assert sorted(sites.index[sites["opportunity_id"] == campus]) == plots
    assert (sites.loc[plots, "opportunity_sites"] == 11).all()
    ranked = sites.loc[plots][sites.loc[plots, "rank"].notna()]
    assert ranked[["rank", "score", "rank_p05", "rank_p95", "members"]].drop_duplicates().shape[0] == 1
    row = opened["opportunities"].loc[ranked["ranked_as"].iloc[0]]
    assert row["opportunity_hectares"] == pytest.approx(ranked["hectares"].sum())
    assert row["opportunity_dwellings"] == ranked["capacity_dwellings"].sum()


def test_no_two_members_of_one_opportunity_stand_in_the_shortlist(opened):
    shortlist = opened["shortlist"]
    assert shortlist["opportunity_id"].is_unique
    members = shortlist["members"].str.split("; ").explode()
    assert members.is_unique


def test_how_sure_each_rank_is_stands_with_every_opportunity(opened):
    sure, ranked = opened["top_k_acceptability"], opened["opportunities"]
    assert list(sure.index) == list(ranked.index)
    assert sure["rank_p05_all"].tolist() == ranked["rank_p05"].tolist()
    assert sure["top_k_acceptability"].sum() == pytest.approx(min(25, len(sure)), abs=0.5)
    assert sure["top_k_acceptability"].iloc[0] > 0.9


def test_a_budget_buys_what_keeps_to_its_conditions_and_equity_has_a_price(opened):
    chosen, index = opened["programme"], opened["core_index"]
    limits = opened["programme_constraints"].set_index("constraint")
    assert 0 < len(chosen) <= 25
    assert chosen["programme_cost"].sum() <= 100_000_000
    homes = chosen["opportunity_dwellings"].astype(float)
    deprived = homes[chosen["imd_decile"] <= 2].sum() / homes.sum()
    assert deprived >= 0.75
    (share,) = [name for name in limits.index if "imd_decile 1 to 2" in name]
    assert limits.loc[share, "reached"] == pytest.approx(deprived)
    assert (limits["price"].dropna() >= 0).all()
    assert (chosen["core_class"] != "never in").mean() > 0.9
    assert set(index.index[index["chosen"] == "yes"]) == set(chosen.index)
    campus = expected(whole="E08000025:N594J", of_slice=None)
    if campus is not None:
        assert index.loc[campus, ["chosen", "core_class"]].tolist() == ["yes", "always in"]
        assert limits.loc["equity: all shares and councils' limits", "price"] > 0


def test_only_open_stops_count(opened):
    stops = opened["stops"].set_index("atco_code")["state"]
    for code in ("9400ZZWMCS", "9400ZZWMMS", "9400ZZWMDH", "9400ZZWMGB", "9400ZZWMFS"):
        assert stops[code] == "planned", code
    for code in ("9100WILHAL", "9100DRLSTN", "9100MOSLEY", "9100KIGSHTH", "9100HAZEWLL", "9400ZZWMAS", "9400ZZWMBC"):
        if code in stops:
            assert stops[code] == "open", code
    assert not opened["sites"]["nearest_stop"].isin(["Dudley Interchange", "Flood Street", "Great Bridge"]).any()


def test_the_verdict_is_mostly_cannot_tell(sites):
    verdicts = sites["market_failure"].value_counts(normalize=True)
    assert verdicts["Cannot tell"] > 0.9


def test_layers_stand_in_the_order_of_the_contract(folder):
    names = [name for name, _ in pyogrio.list_layers(folder / "shortlist.gpkg")]
    assert names[:13] == [
        "shortlist", "sites", "opportunities", "programme", "corridors", "stops", "areas",
        "run_info", "criteria", "issues", "top_k_acceptability", "core_index", "site_attributes",
    ]  # fmt: skip


def test_two_runs_give_the_same_bytes(folder, real, tmp_path):
    again = made(real, tmp_path / "again")
    first = {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    second = {p.relative_to(again): p.read_bytes() for p in again.rglob("*") if p.is_file()}
    assert set(first) == set(second)
    assert [str(name) for name in first if first[name] != second[name]] == []


def test_older_registers_become_columns_and_a_table(wmca_assessed):
    assert len(wmca_assessed.project.sources.history) == 4
    sites, events = wmca_assessed.sites, wmca_assessed.history
    assert sites.loc["E08000026:F16", "first_seen"] == pd.Timestamp("2018-05-21")
    assert (sites.loc[sites["organisation"] == "E08000026", "vintages_seen"] == 2).all()
    # All 27 Dudley sites of 2018 still stand in 2020: they left no building behind in the register.
    assert (sites.loc[sites["organisation"] == "E08000027", "vintages_seen"] == 2).sum() == 27
    assert set(events["event"]) >= {"first seen", "not listed", "ended", "capacity", "planning status"}
    assert (sites["register_state"] == "ended").sum() == 73


def test_old_and_new_weights_on_all_seven_are_settings_to_the_last_digit(opened):
    new = {"corridor_access": 10, "station_access": 5, "bus_access": 5, "deprivation": 40, "capacity": 20,
           "market_failure": 10, "persistence": 10}  # fmt: skip
    table = compare(opened, later_run(opened, weights=new)).set_index("site_id")
    assert set(table["cause"]) == {"settings", "others"}
    assert table[["data_change", "method_change", "undivided_change"]].eq(0).all(axis=None)
    assert table["change"].isin(["up", "down", "score only"]).all()
    # by the contributions the run itself states: what each gave, divided by its weight, times the new weight
    values = pd.DataFrame({name: opened.sites[f"c_{name}"] / opened.weights[name] for name in opened.weights})
    moved = sum((new.get(name, 0) / 100 - old) * values[name] for name, old in opened.weights.items())
    assert (table["settings_change"] - moved.reindex(table.index)).abs().max() < 1e-9
    assert set(table.loc[table["moved_by_others"] == "yes", "cause"]) == {"others"}


def test_every_notebook_runs_on_the_real_run(folder, tmp_path):
    own = {"06_publish": {"out": str(tmp_path / "out")}, "07_monitoring": {"earlier_run": str(folder)}}
    with NotebookProcess(tmp_path, jobs=len(NOTEBOOKS)) as process:
        for name in NOTEBOOKS:
            given = {"run_folder": str(folder), **own.get(name, {})}
            process.execute(shipped("notebooks") / f"{name}.ipynb", tmp_path / f"{name}.html", parameters=given)
            text = (tmp_path / f"{name}.html").read_text(encoding="utf-8")
            assert text.count("data:image/png;base64") >= 2, name
            assert "Traceback" not in text, name
            assert "Illustrative" not in text, name
