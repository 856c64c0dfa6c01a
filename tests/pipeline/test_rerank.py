"""A run ranked again: as a fresh run would, of its own measurements alone, and no other run's."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import siteprior as sp
from factories.changed_demo import (
    changed_gate,
    changed_places,
    changed_weights,
    demo,
    joined_by_the_user,
    ranked_by_site,
    table_of,
)
from siteprior.core.errors import RunWarning
from siteprior.pipeline.stages import READING, STAGES, run_stages, stages_from
from siteprior.project.decision import Programme
from siteprior.project.load import Project

CHANGES = [demo, changed_weights, changed_gate, changed_places, ranked_by_site, joined_by_the_user]


@pytest.fixture(scope="module")
def fresh(sample_assessment):
    """Return what a whole run of a project comes to: what its changed tables touch is made of the read inputs."""

    def of(project: Project):
        done = sample_assessment.__class__(**{**vars(sample_assessment), "project": project})
        chosen = run_stages(done, [stage for stage in READING if "weights" in stage.adds])
        touched = stages_from("weights", "gates_known", "criteria_known", "opportunity_links", "columns.opportunity")
        found = [stage for stage in STAGES if "columns.opportunity" in stage.adds]
        return run_stages(chosen, [*found, *(stage for stage in touched if stage.part == "rank")])

    return of


@pytest.mark.parametrize("change", CHANGES)
def test_a_ranking_is_that_of_a_fresh_run_to_the_last_digit(change, fresh, sample_run):
    project = change()
    new, want = sp.rerank(project, run=sample_run), fresh(project)
    for name in ("sites", "shortlist", "opportunities", "criteria", "gates"):
        got = getattr(new.result, name)
        assert_frame_equal(pd.DataFrame(got), pd.DataFrame(getattr(want, name)), check_exact=True, obj=name)
    assert new.result.weights == want.weights
    assert len(new.shortlist) == project.shortlist.n
    assert (set(new.changes["change"]) == {"same"}) == (change is demo)


def test_what_enters_leaves_and_is_no_longer_ranked_says_why(sample_run):
    new = sp.rerank(changed_gate(), run=sample_run).changes
    anew = new[new["rank_before"].isna()]
    assert len(anew)
    assert set(anew["change"]) <= {"enters", "newly ranked"}
    assert anew["why"].str.startswith("gates: ").all()
    strict = sp.rerank(demo(gates={"beyond_corridor_walk": 300}, programme=None), run=sample_run).changes
    gone = strict[strict["rank_after"].isna()]
    assert set(gone["change"]) == {"leaves", "no longer ranked"}
    assert (gone["why"] == "gates: none → beyond_corridor_walk").all()
    assert strict["rank_after"].dropna().is_monotonic_increasing


def test_all_faults_of_the_changed_tables_are_named_at_once(sample_run):
    project = demo(weights={"noise": 1.0})
    wrong = project.model_copy(update={"opportunities": table_of(project, "opportunities", join=(("x", "y"),))})
    with pytest.raises(sp.SitePriorError) as refused:
        sp.rerank(wrong, run=sample_run)
    assert "noise" in str(refused.value)
    assert "'x'" in str(refused.value)


def test_what_a_programme_can_no_longer_keep_to_is_stated(sample_run):
    asked = Programme(budget_gbp=1e6, floors={"homes": 1e6})
    with pytest.warns(RunWarning, match="cannot keep to all of: .*homes at least 1,000,000"):
        new = sp.rerank(demo(programme=asked), run=sample_run)
    assert not len(new.result.programme)
    assert len(new.shortlist)


def test_a_site_that_is_not_there_is_refused_with_the_key(sample_run):
    with pytest.raises(sp.ProjectError, match=r"\[programme\].*locked_in.*unknown site 'nowhere'"):
        sp.rerank(demo(programme=Programme(budget_gbp=1e6, locked_in=("nowhere",))), run=sample_run)


def test_a_ranking_of_nobody_is_stated(sample_run):
    with pytest.warns(RunWarning, match="no site passed the gates"):
        new = sp.rerank(demo(gates={"too_small": {"hectares": 1e6, "homes": 1e6}}), run=sample_run)
    assert not len(new.shortlist)
    assert set(new.changes["change"]) == {"leaves", "no longer ranked"}
