"""A run's folder opened again: attributes, mapping, what its sites were ranked by, and how it looks."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pandas as pd
import pytest

from factories.results import at_points
from siteprior.core.errors import InputError
from siteprior.core.short_repr import LEFT
from siteprior.pipeline.opened_run import Run
from siteprior.ranking.criteria import CRITERIA, criteria_table, criterion
from siteprior.ranking.scoring import score

RECORD = {
    "title": "Tipton & <b>Dudley</b>", "as_of": "2026-01-31", "weights": {"corridor_access": 0.75, "canal_m": 0.25},
    "counts": {"sites": 2398, "ranked": 1, "shortlist": 1},
}  # fmt: skip


def own_row(**changed):
    row = dict.fromkeys(criteria_table().columns, "") | {
        "criterion": "canal_m", "title": "Canal", "group": "own", "unit": "m", "worst": 500.0, "best": 0.0,
        "needs": "canal_m", "source": "user", "date": None, "confidence": "user",
    }  # fmt: skip
    return row | changed


@pytest.fixture
def run():
    sites = at_points((400_000, 290_000), (401_000, 290_000), corridor_walk_m=[680.0, 400.0], eligible=["yes", "no"])
    sites["canal_m"] = [100.0, 0.0]
    walk = criteria_table().iloc[:1].assign(worst=1240.0, best=120.0)
    criteria = pd.concat([walk, pd.DataFrame([own_row()])], ignore_index=True)
    return Run(Path("outputs/tipton"), {"sites": sites, "shortlist": sites.iloc[:1], "criteria": criteria}, RECORD)


def test_tables_are_attributes_and_entries(run):
    assert run.sites is run["sites"]
    assert list(run) == ["sites", "shortlist", "criteria", "record"]
    assert len(run) == 4
    assert {"sites", "record", "weights", "criteria_known", "folder"} <= set(dir(run))
    assert "corridors" not in run
    with pytest.raises(
        KeyError,
        match=r"^the run has no table 'site'; did you mean 'sites'[?] It has sites, shortlist, criteria, record$",
    ) as refused:
        run["site"]
    assert isinstance(refused.value, InputError)
    assert run.get("corridors") is None
    with pytest.raises(
        AttributeError, match="the run has no table 'corridors'; it has sites, shortlist, criteria, record"
    ):
        run.corridors  # noqa: B018 - asking is the test


def test_what_its_sites_were_ranked_by_is_known_with_the_anchors_of_the_run(run):
    assert run.weights == {"corridor_access": 0.75, "canal_m": 0.25}
    known = run.criteria_known
    assert (known["corridor_access"].worst, known["corridor_access"].best) == (1240, 120)
    assert CRITERIA["corridor_access"].worst == 960
    own = known["canal_m"]
    assert (own.title, own.unit, own.worst, own.best, own.needs, own.date) == ("Canal", "m", 500, 0, ("canal_m",), "")


def test_a_layer_with_a_criterion_is_known_although_it_has_no_weight(run):
    layer = {"name": "flood_share", "path": "flood.gpkg", "kind": "vector", "measure": "share", "url": "", "sha256": "",
             "criterion": {"group": "need", "worst": 0.5, "best": 0}}  # fmt: skip
    record = RECORD | {"settings": {"layers": [layer]}}
    tables = {"sites": run.sites.assign(flood_share=[0.1, 0.2]), "criteria": run.criteria}
    done = score(Run(Path("outputs/tipton"), tables, record), {"flood_share": 1})
    assert done["score"].iloc[0] == pytest.approx(0.8)


def test_it_is_scored_by_hand(run):
    # (1240 − 680) / 1120 = 0.5; (500 − 100) / 500 = 0.8; the second site did not pass the gates
    done = score(run)
    assert done.loc["a", ["c_corridor_access", "c_canal_m", "score"]].tolist() == pytest.approx([0.375, 0.2, 0.575])
    assert done.loc["b"].isna().all()
    assert score(run, {"canal_m": 3})["score"].iloc[0] == pytest.approx(0.8)
    assert score(run, {"canal_m": 1}, anchors={"canal_m": (200, 0)})["score"].iloc[0] == pytest.approx(0.5)


def test_yes_and_no_of_an_own_layer_count_one_and_zero(run):
    run.sites["canal_m"] = ["yes", None]
    run.criteria.loc[1, ["worst", "best"]] = [0.0, 1.0]
    done = score(run, {"canal_m": 1})
    assert done["score"].iloc[0] == 1
    run.sites["canal_m"] = ["no", None]
    assert score(run, {"canal_m": 1})["score"].iloc[0] == 0


def test_it_is_shown_in_a_line_and_in_a_notebook_without_markup_of_a_file(run):
    assert repr(run) == "Run of outputs/tipton: 2,398 sites, 1 ranked, 1 on the shortlist; as of 2026-01-31"
    shown = run._repr_html_()
    assert "<b>Tipton &amp; &lt;b&gt;Dudley&lt;/b&gt;</b>" in shown
    assert f"<tr><td{LEFT}>sites</td><td{LEFT}>2</td></tr>" in shown


def test_a_criterion_registered_later_is_known_to_a_run_that_is_open(run, registered):
    assert "quiet" not in run.criteria_known
    criterion("quiet", title="Quiet", group="need", needs="canal_m", anchors=(0, 200), unit="m")(_canal)
    assert score(run, {"quiet": 1})["score"].round(6).tolist()[0] == 0.5


def _canal(sites):
    return sites["canal_m"]


def test_it_is_copied_and_pickled_also_after_it_was_scored(run):
    before = score(run)
    again = pickle.loads(pickle.dumps(copy.deepcopy(run)))
    pd.testing.assert_frame_equal(score(again), before)
    assert repr(again) == repr(run)
