"""A ranking that was written opens as a run, and is never written into one."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import siteprior as sp
from factories.changed_demo import changed_places, changed_weights, demo


def test_a_written_ranking_opens_as_a_run_and_holds_the_tables_of_a_run(sample_run, tmp_path):
    """Of the project as it was: each file that is written is the run's to the byte, but for the record in it."""
    new = sp.rerank(demo(), run=sample_run, out=tmp_path / "ranked")
    for path in sorted((tmp_path / "ranked").glob("*.csv")):
        assert path.read_bytes() == (sample_run / path.name).read_bytes(), path.name
    run, ranked = sp.open_run(sample_run), sp.open_run(tmp_path / "ranked")
    for name in ("shortlist", "sites", "opportunities", "corridors", "stops", "areas", "criteria", "issues",
                 "corridor_stops", "catchments", "evidence_gaps", "evidence_files"):  # fmt: skip
        assert_frame_equal(pd.DataFrame(ranked[name]), pd.DataFrame(run[name]), check_exact=True, obj=name)
    assert ranked.record["counts"] == run.record["counts"]
    assert ranked.record["ranked_from"]["run"] == sample_run.as_posix()
    assert sp.explain(ranked, new.shortlist.index[0]).sentences == sp.explain(run, new.shortlist.index[0]).sentences
    again = sp.rerank(changed_places(), run=tmp_path / "ranked")
    assert list(again.shortlist.index) == list(new.shortlist.index[:7])


def test_a_ranking_written_with_other_weights_is_what_was_returned(sample_run, tmp_path):
    new = sp.rerank(changed_weights(), run=sample_run, out=tmp_path / "ranked")
    ranked = sp.open_run(tmp_path / "ranked")
    assert list(ranked.shortlist.index) == list(new.shortlist.index)
    assert ranked.sites["score"].equals(new.sites["score"])
    assert ranked.stated_weights == changed_weights().weights
    assert set(sp.ranking.reweight(ranked, ranked.stated_weights).changes["change"]) == {"same"}
    first = sp.compare(sample_run, tmp_path / "ranked").set_index("site_id")
    assert first.loc[new.changes.index[0], "rank_b"] == 1


def test_the_decisions_behind_a_run_stand_beside_its_ranking_too(sample_run, tmp_path):
    """What was overridden is known by them alone: without, a package for others would show it as registered."""
    shutil.copytree(sample_run, tmp_path / "run")
    (tmp_path / "run" / "decisions.csv").write_text("site_id,field\n")
    sp.rerank(demo(), run=tmp_path / "run", out=tmp_path / "ranked")
    assert (tmp_path / "ranked" / "decisions.csv").read_text() == "site_id,field\n"


def test_the_folder_of_a_run_is_never_written(sample_run, tmp_path):
    shutil.copytree(sample_run, tmp_path / "run")
    before = (tmp_path / "run" / "run.json").read_bytes()
    for out, run in ((tmp_path / "run", tmp_path / "run"), (tmp_path / "run", sample_run)):
        with pytest.raises(sp.InputError, match="is the folder of a run"):
            sp.rerank(demo(), run=run, out=out)
    assert (tmp_path / "run" / "run.json").read_bytes() == before
