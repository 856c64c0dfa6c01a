from __future__ import annotations

import pandas as pd
import pytest

from factories.two_runs import later_run
from siteprior import outcomes
from siteprior.core import schema
from siteprior.pipeline.comparison.outcomes import OUTCOMES, outcome_counts
from siteprior.pipeline.opened_run import Run


@pytest.fixture
def sites(run):
    alone = run.sites[run.sites["rank"].notna() & (run.sites["members"] == run.sites.index)]
    return [str(site) for site in alone.index[:6]]


def test_each_site_has_the_furthest_that_holds(run, sites):
    built, building, ended, gone, permitted, whole = sites
    facts = {
        built: {"development_status": "completed", "end_date": "2026-01-01"},
        building: {"development_status": "under construction", "planning_permission_status": "permissioned"},
        ended: {"end_date": "2026-05-01"},
        permitted: {"planning_permission_status": "permissioned"},
        whole: {"previously_part_of": whole, "hectares": 2.0, "minimum_net_dwellings": 7},
    }
    run.sites.loc[permitted, "planning_permission_status"]
    before = later_run(run, facts={permitted: {"planning_permission_status": "not permissioned"}})
    later = later_run(before, facts=facts, drop=[gone], rename={whole: "E08000025:Z-A"}, as_of="2026-06-30")
    table = outcomes(before, later).set_index("site_id")
    assert table.loc[sites, "outcome"].tolist() == [
        "completed", "under construction", "ended", "left the register", "newly permissioned", "listed in parts",
    ]  # fmt: skip
    assert table.loc[whole, ["hectares_b", "homes_b", "rank_b"]].tolist() == [
        2.0, 7, later.sites.loc["E08000025:Z-A", "rank"]
    ]  # fmt: skip
    assert set(table["outcome"].drop(sites)) == {"still listed"}
    counts = outcome_counts(table.reset_index())
    assert counts["ranked_sites"].sum() == len(table)
    assert counts["shortlist_sites"].sum() >= len(run.shortlist)
    assert list(counts.index) == [name for name in OUTCOMES if name in set(table["outcome"])]


def test_what_the_team_states_is_not_what_became_of_a_site(run, sites):
    """A register that shows a site as before, and decisions that override its stage and its end."""
    stated = {"development_status": "completed", "end_date": "2026-01-01"}
    later = later_run(run, facts={sites[0]: stated}, as_of="2026-06-30")
    rows = [{"site_id": sites[0], "field": name, "value": value, "original": None, "applied": "yes"}
            for name, value in stated.items()]  # fmt: skip
    decisions = schema.conform(pd.DataFrame(rows), schema.DECISIONS)
    decided = Run(later.folder, {name: later[name] for name in later if name != "record"} | {"decisions": decisions},
                  later.record)  # fmt: skip
    assert outcomes(run, later).set_index("site_id").loc[sites[0], "outcome"] == "completed"
    assert outcomes(run, decided).set_index("site_id").loc[sites[0], "outcome"] == "still listed"


def test_a_day_after_as_of_is_no_end_yet(run, sites):
    later = later_run(run, facts={sites[0]: {"end_date": "2026-05-01"}}, as_of="2026-04-30")
    assert outcomes(run, later).set_index("site_id").loc[sites[0], "outcome"] == "still listed"


def test_a_council_whose_register_is_not_read_is_not_followed(run, sites):
    council = run.sites.loc[sites[0], "organisation"]
    later = later_run(run, drop=run.sites.index[run.sites["organisation"] == council])
    table = outcomes(run, later)
    assert set(table.loc[table["organisation"] == council, "outcome"]) == {"not followed"}
    assert set(table.loc[table["organisation"] != council, "outcome"]) == {"still listed"}


def test_what_changed_is_marked_and_a_blank_is_no_change(run, sites):
    one, blank, *_ = sites
    before = later_run(run, facts={
        one: {"minimum_net_dwellings": 10, "hectares": 1.0, "ownership_status": "mixed ownership"},
        blank: {"minimum_net_dwellings": 10, "hectares": 1.0, "ownership_status": "mixed ownership"},
    })  # fmt: skip
    later = later_run(before, facts={
        one: {"minimum_net_dwellings": 14, "hectares": 1.5, "ownership_status": "owned by a public authority"},
        blank: {"minimum_net_dwellings": None, "hectares": None, "ownership_status": None},
    })  # fmt: skip
    marks = ["homes_changed", "hectares_changed", "ownership_changed"]
    table = outcomes(before, later).set_index("site_id")
    assert table.loc[one, marks].tolist() == ["yes"] * 3
    assert table.loc[one, "homes_change"] == 4
    assert table.loc[blank, marks].tolist() == ["no"] * 3
    assert pd.isna(table.loc[blank, "homes_change"])


def test_the_register_that_shows_it_is_named_by_its_day(run, sites):
    later = later_run(run, facts={sites[0]: {"end_date": "2026-05-01"}}, as_of="2026-06-30")
    history = pd.DataFrame(
        {"event_id": [1, 2], "site_id": sites[0], "published": ["2025-01-01", "2026-06-15"], "event": "ended"}
    ).reindex(columns=run.history.columns)
    later._parts["history"] = later.history = history
    own = outcomes(run, later).set_index("site_id").loc[sites[0]]
    assert own["seen"] == "2026-06-15"
    assert own["basis"] == "the register states an end date, by the register history"
