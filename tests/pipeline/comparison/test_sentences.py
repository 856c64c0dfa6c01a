from __future__ import annotations

from factories.two_runs import later_run
from siteprior.pipeline.comparison.whole import whole_comparison


def test_weights_alone(run):
    done = whole_comparison(run, later_run(run, weights={"deprivation": 60, "capacity": 40}))
    of = done.changes["change"].value_counts()
    moved, others = of["up"] + of["down"], (done.changes["moved_by_others"] == "yes").sum()
    assert done.sentences[0] == (
        f"0 sites entered the ranking, 0 left it and {moved} moved, {others} of them only because others did; plots "
        "that are ranked as one count once."
    )
    new = (done.moves["shortlisted_a"] == "no").sum()
    assert done.sentences[1] == f"The shortlist has 25 places, before 25: {new} new on it, {new} no longer on it."
    assert done.sentences[2].startswith("Causes, sites moved by others alone apart: settings ")
    assert done.sentences[-1].endswith("of the study area's LSOAs are.")


def test_what_cannot_be_divided_is_stated(run):
    site = str(run.shortlist.index[0])
    later = later_run(run, facts={site: {"imd_percentile": 99.0, "easting": 1.0}}, files=["register"], release="99")
    assert any("cannot be divided" in sentence for sentence in whole_comparison(run, later).sentences)


def test_a_run_beside_itself(run):
    done = whole_comparison(run, run)
    assert done.sentences[0] == "No site entered, left or moved, and no score changed."
    assert "The records of the two runs do not differ in files, days, settings or numbers." in done.sentences
