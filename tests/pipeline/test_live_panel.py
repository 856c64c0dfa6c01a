"""The live panel from code: weights that move, who enters and leaves, what is saved, and markup that does not run."""

from __future__ import annotations

import tomllib

import pytest

import siteprior as sp
from siteprior.core.errors import InputError
from siteprior.core.files import shipped


@pytest.fixture
def run(sample_run):
    return sp.open_run(sample_run)


def test_values_that_move_give_the_shortlist_of_reweight(run):
    panel = sp.panel(run)
    list_before = panel.list.value
    changes = panel.set(deprivation=80)
    expected = sp.ranking.reweight(run, run.stated_weights | {"deprivation": 80})
    assert changes.index[:25].equals(expected.shortlist.index)
    same = expected.changes.loc[changes.index, ["change", "rank_after", "score_after"]]
    assert changes[same.columns].to_dict("list") == same.to_dict("list")
    moved = expected.changes["change"].isin(["enters", "leaves"])
    assert set(changes.index[changes["change"].isin(["enters", "leaves"])]) == set(moved.index[moved])
    assert moved.any()
    assert panel.overlay.value.count('data-change="leaves"') == (changes["change"] == "leaves").sum()
    assert panel.list.value != list_before
    assert panel.sliders["deprivation"].value == 80


def test_a_slider_moves_it_and_reset_moves_it_back(run):
    panel = sp.panel(run)
    before, background = panel.list.value, panel.background.value
    panel.sliders["deprivation"].value = 90.0
    assert panel.weights["deprivation"] == 90
    assert panel.list.value != before
    panel.reset_button.click()
    assert (panel.weights, panel.list.value, panel.background.value) == (run.stated_weights, before, background)


def test_all_zero_is_a_sentence(run):
    panel = sp.panel(run)
    before = panel.changes
    panel.set(dict.fromkeys(panel.weights, 0))
    assert "All weights are zero" in panel.line.value
    assert panel.changes.equals(before)


def test_save_writes_the_weights_and_keeps_comments(run, tmp_path):
    text = (shipped("data") / "demo.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(f"# mine\n{text}", encoding="utf-8")
    panel = sp.panel(run, path)
    panel.set(deprivation=41)
    panel.save_button.click()
    after = path.read_text(encoding="utf-8")
    assert tomllib.loads(after)["weights"] == panel.weights
    assert after.startswith("# mine\n")
    assert "Saved to" in panel.note.value


def test_without_a_project_save_is_off_with_a_reason(run):
    panel = sp.panel(run)
    assert panel.save_button.disabled
    assert "no project file was given" in panel.note.value
    with pytest.raises(InputError, match="no project file was given"):
        panel.save()


def test_markup_in_a_name_is_shown_and_does_not_run(run):
    run.sites["site_name"] = "<script>planted()</script>\"'"
    panel = sp.panel(run)
    panel.set(deprivation=80)
    for widget in (panel.list, panel.overlay, panel.line, panel.background):
        assert "<script" not in widget.value
    assert "&lt;script&gt;" in panel.list.value


def test_what_cannot_be_moved_is_refused_and_nothing_moves(run):
    panel = sp.panel(run)
    with pytest.raises(InputError, match=r"'nonsense' has no slider(.|\n)*deprivation needs a number"):
        panel.set(nonsense=1, deprivation=-1, capacity=3)
    assert panel.weights == run.stated_weights
