"""The first cells: the run that is opened, parameters refused, and what is shown of the run."""

from __future__ import annotations

import pytest

import siteprior as sp
from siteprior.core.errors import InputError
from siteprior.pipeline.notebook.opening import KINDS


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


def test_without_a_run_it_is_stated_how_to_make_one(tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    with pytest.raises(InputError, match=r'no run in "outputs".*sp\.demo\(out="outputs/demo"\).*half a minute'):
        sp.notebook.start()


def test_the_newest_run_is_opened_and_named(sample_run, tmp_path, monkeypatch, capsys):
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "mine").symlink_to(sample_run)
    monkeypatch.chdir(tmp_path)
    assert len(sp.notebook.start().shortlist) == 25
    assert capsys.readouterr().out == "The newest run in outputs: outputs/mine\n"


WRONG = {
    "top": 0, "site": 3, "corridor": 3, "project_file": "nowhere.toml", "budget_gbp": 0, "deprived_share": 1.5,
    "build_cost_change": -1, "live_map": "yes", "audience": "board", "earlier_run": "nowhere", "out": 3,
}  # fmt: skip


def test_every_parameter_of_a_wrong_kind_is_refused_at_once(run):
    assert set(WRONG) == set(KINDS)
    with pytest.raises(InputError) as raised:
        sp.notebook.start(run.folder, **WRONG, plce=1)
    assert len(raised.value.faults) == len(WRONG) + 1
    assert "top: needs a whole number from 1, got 0" in raised.value.faults
    assert raised.value.faults[0].startswith("unknown parameter 'plce'")


def test_a_site_and_a_corridor_have_to_be_the_runs(run):
    with pytest.raises(InputError, match="unknown site 'E1:nowhere'"):
        sp.notebook.start(run.folder, site="E1:nowhere")
    with pytest.raises(InputError, match="unknown corridor 'Metro'"):
        sp.notebook.start(run.folder, corridor="Metro")
    assert len(sp.notebook.start(run.folder, site=run.shortlist.index[0], corridor=None).shortlist) == 25


@pytest.mark.parametrize(("area", "shown"), [("", "**T**. "), ("Here", "**T** (Here). ")])
def test_the_head_leaves_no_gap_for_what_the_project_does_not_state(run, area, shown):
    counts = {"sites": 3, "ranked": 2, "shortlist": 1}
    record = {"title": "T", "area": area, "illustrative": False, "siteprior": "1", "as_of": "2026-01-31",
              "counts": counts,
              "network_date": "2026-01-31", "price_date": None, "audience": "internal"}  # fmt: skip
    sentence = sp.notebook.about(sp.Run(run.folder, {}, record)).data
    assert sentence.startswith(shown)
    assert "no prices were read" in sentence
    assert "()" not in sentence
    assert "None" not in sentence


def test_the_head_says_what_is_invented_and_for_whom(run):
    sentence = sp.notebook.about(run).data
    assert sentence.startswith("**Illustrative sample")
    assert "made up for illustration" in sentence
    assert "For: internal" in sentence


def test_pictures_stand_side_by_side(run):
    assert len(sp.notebook.side_by_side(sp.plot_map(run), sp.plot_map(run)).pictures) == 2
