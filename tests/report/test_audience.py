"""Who may see what: what is not named is withheld, and nothing of the team's own is put back in."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import siteprior as sp
from siteprior.appraisal.market_failure.signals import failure_signals
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.report.audience import AUDIENCES, as_registered, audience_of, audience_record, audience_words, visible

NEVER = (
    "score", "rank", "coverage", "score_band", "gap_", "break_even", "headroom", "cost", "decision", "decided",
    "overrides", "open_facts", "settled", "verdict_", "rank_", "bcr", "value", "remediation", "eligible", "gate",
    "previous_use", "owner_count", "parcel_count", "cleaned_by", "derelict_since", "c_", "notes", "file", "row",
)  # fmt: skip


@pytest.mark.parametrize("name", ["partner", "public"])
def test_no_judgement_is_named_for_those_outside(name):
    named = audience_of(name).columns["sites"]
    assert [one for one in named if one.startswith(NEVER) and one not in ("corridor",)] == []
    assert set(named) - set(schema.SITES.names) == {"illustrative"}


def test_the_verdict_is_the_partners_and_not_the_publics():
    public, partner = (set(audience_of(name).columns["sites"]) for name in ("public", "partner"))
    assert partner - public == {"market_failure", "market_failure_reasons", "opportunity_id", "opportunity_sites"}
    assert public < partner


def test_columns_named_of_other_layers_are_declared():
    layers = {"corridors": [schema.CORRIDORS], "stops": [schema.STOPS], "areas": [schema.AREAS, schema.DEPRIVATION]}
    for layer, tables in layers.items():
        known = {name for table in tables for name in (*table.names, table.index)} | {"illustrative"}
        assert set(audience_of("public").columns[layer]) <= known


def test_a_column_nobody_named_is_withheld():
    table = gpd.GeoDataFrame({"hectares": [1.0], "my_layer": [2]}, geometry=gpd.points_from_xy([0], [0]))
    assert list(visible(table, "sites", audience_of("partner"))) == ["hectares", "geometry"]
    assert visible(table, "sites", audience_of("internal")) is table


def test_an_unknown_audience_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="unknown audience 'publik'; did you mean 'public'"):
        audience_of("publik")


def test_facts_the_team_overrides_go_back_to_the_register():
    sites = schema.conform(
        pd.DataFrame(
            {"hectares": [9.0, 2.0], "minimum_net_dwellings": [400, 5], "site_name": ["Ours", "B"],
             "planning_permission_date": pd.to_datetime(["2026-01-01", None])},
            index=pd.Index(["a", "b"], name="site_id"),
        ),
        schema.SITES.without_places(),
    )  # fmt: skip
    rows = [
        ("a", "hectares", "1.03", "yes"), ("a", "minimum_net_dwellings", None, "yes"),
        ("a", "site_name", "Mill", "yes"),
        ("a", "planning_permission_date", "2020-02-03", "yes"), ("b", "hectares", "7", "no"),
        ("a", "decision", None, "yes"),
        ("gone", "hectares", "7", "yes"),
    ]  # fmt: skip
    decisions = pd.DataFrame(rows, columns=["site_id", "field", "original", "applied"])
    back = as_registered(sites, decisions)
    assert back["hectares"].tolist() == [1.03, 2.0]
    assert back["minimum_net_dwellings"].isna().tolist() == [True, False]
    assert back["site_name"].tolist() == ["Mill", "B"]
    assert back.loc["a", "planning_permission_date"] == pd.Timestamp("2020-02-03")
    assert back.dtypes.equals(sites.dtypes)
    assert sites["hectares"].tolist() == [9.0, 2.0]


def test_the_record_has_sources_of_what_is_published_alone():
    record = {
        "title": "T", "as_of": "2026-01-01", "settings": {"weights": {"need": 3}}, "weights": {"need": 1.0}, "seed": 1,
        "notices": ["2 sites excluded"], "parameters": [{"name": "x"}], "counts": {"ranked": 4},
        "attribution": ["A", "Sales: HM Land Registry"],
        "inputs": [{"role": "register", "file": "r.csv", "attribution": "A"},
                   {"role": "sales", "file": "s.csv", "attribution": "Sales: HM Land Registry"},
                   {"role": "decisions", "file": "decisions.csv"}, {"role": "site facts", "file": "f.csv"}],
    }  # fmt: skip
    cut = audience_record(record, audience_of("public"), pd.DataFrame({"organisation": ["E1", "E1"]}))
    assert cut["title"] == "Brownfield sites considered"
    assert set(cut) == {"title", "as_of", "audience", "audience_line", "inputs", "attribution", "counts"}
    assert [read["file"] for read in cut["inputs"]] == ["r.csv"]
    assert cut["attribution"] == ["A"]
    assert cut["counts"] == {"sites": 2, "by_organisation": {"E1": 2}}


def test_a_run_that_does_not_state_its_audience_is_for_internal_use():
    assert audience_words({}) == audience_words({"audience": "internal"}) == audience_of("internal").line
    assert len({audience_words({"audience": each}) for each in ("internal", "partner", "public")}) == 3
    with pytest.raises(InputError, match="audience"):
        audience_words({"audience": "everyone"})


def test_a_verdict_that_rests_on_a_fact_of_the_teams_own_is_left_blank():
    index = pd.Index(["a", "b", "c"], name="site_id")
    table = gpd.GeoDataFrame(
        {"hectares": [9.0, 2.0, 3.0], "site_name": ["A", "B", "C"], "market_failure": "Indicated",
         "market_failure_reasons": "C1B"},
        geometry=gpd.points_from_xy([0] * 3, [0] * 3), index=index,
    )  # fmt: skip
    rows = [("a", "site_name", "Mill", "yes"), ("b", "decision", None, "yes"), ("c", "hectares", "1", "no")]
    back = as_registered(table, pd.DataFrame(rows, columns=["site_id", "field", "original", "applied"]))
    assert back["market_failure"].isna().tolist() == [True, False, False]
    assert back["market_failure_reasons"].isna().tolist() == [True, False, False]


def test_a_verdict_that_rests_on_a_decided_name_is_not_the_partners():
    """The trade in the team's own name counts for signal X; the register's name, which goes back, has none."""
    sites = schema.conform(
        pd.DataFrame({"site_name": ["Crane foundry"]}, index=pd.Index(["a"], name="site_id")),
        schema.REGISTER.without_places(),
    )
    signals = failure_signals(sites, as_of=date(2026, 1, 1), neighbours=sites)
    assert "X" in set(signals["signal"])
    judged = sites.assign(market_failure="Indicated", market_failure_reasons="X")
    row = {"site_id": "a", "field": "site_name", "original": "Plot 3", "applied": "yes"}
    back = as_registered(judged, pd.DataFrame([row]))
    assert back["site_name"].tolist() == ["Plot 3"]
    assert back[["market_failure", "market_failure_reasons"]].isna().all(axis=None)


def test_a_fact_that_is_no_column_of_the_sites_leaves_the_verdict_blank_too():
    sites = gpd.GeoDataFrame({"market_failure": ["Indicated"]}, geometry=gpd.points_from_xy([0], [0]), index=["a"])
    row = {"site_id": "a", "field": "previous_use", "original": None, "applied": "yes"}
    assert as_registered(sites, pd.DataFrame([row]))["market_failure"].isna().all()


def test_registers_and_lists_no_site_stands_in_are_not_named():
    inputs = [{"role": role, "file": f"{role}{n}", "licence": "OGL"} for role in ("register", "own sites", "areas")
              for n in (1, 2)]  # fmt: skip
    sites = pd.DataFrame({"organisation": ["E1"]})
    cut = audience_record({"inputs": inputs}, audience_of("partner"), sites, files={"register1"})
    assert [read["file"] for read in cut["inputs"]] == ["register1", "areas1", "areas2"]


def test_who_may_see_a_page_is_worded_once():
    root = Path(sp.__file__).parent
    texts = {path: path.read_text(encoding="utf-8") for end in ("py", "toml", "html", "js", "jinja", "j2")
             for path in root.rglob(f"*.{end}")}  # fmt: skip
    for name in AUDIENCES:
        start = audience_of(name).line.split(".")[0]
        code = {path.name for path, text in texts.items() if start in re.sub(r">>> .*\n.*", "", text)}
        assert code == {"audiences.toml"}
