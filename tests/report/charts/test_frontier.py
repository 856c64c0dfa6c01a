"""The chart of a frontier: programmes where their figures put them, in plain words and units."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from factories.pictures import FORMULA, marks, middle, words
from siteprior.core.errors import InputError
from siteprior.report.charts import frontier as module
from siteprior.report.charts.frontier import draw_frontier
from siteprior.report.charts.frontier_facts import named_measure
from siteprior.report.maps.canvas import ILLUSTRATIVE, settings

SHARE = "share of homes in imd_decile 1 to 2"


@pytest.fixture
def frontier():
    return pd.DataFrame(
        {"homes": [1000.0, 2000.0, 4000.0], "cost": [1e6, 3e6, 4e6], SHARE: [0.9, 0.6, 0.5], "sites": [3, 8, 1],
         "benefit": [3.0, 2.0, 1.0]},
        index=pd.Index([1, 2, 3], name="point"),
    )  # fmt: skip


def figure(frontier, x="cost", y="homes", *, chosen=None, labels=None, units=None, illustrative=False):
    with settings():
        named = [named_measure(name, labels or {}, units or {}) for name in (x, y)]
        return module._figure(frontier, (x, y), named, chosen, "Title", "Source", illustrative=illustrative)


def test_dots_stand_where_their_figures_put_them(frontier):
    found = marks(figure(frontier))
    x, y = np.array([middle(found[f"point {point}"]) for point in (1, 2, 3)]).T
    assert (x[1] - x[0]) / (x[2] - x[0]) == pytest.approx(2 / 3)
    assert (y[1] - y[0]) / (y[2] - y[0]) == pytest.approx(1 / 3)


def test_ticks_stand_at_their_figures(frontier):
    sheet = figure(frontier)
    found = marks(sheet)
    texts = {text.get_text(): text.get_position() for text in sheet._figure.texts}
    assert texts["4,000"][1] == pytest.approx(middle(found["point 3"])[1])
    assert texts["1"][0] == pytest.approx(middle(found["point 1"])[0])


@pytest.mark.parametrize(
    ("x", "y", "words_x", "words_y"),
    [
        ("cost", "homes", "Cost (£m) – less is better", "Homes – more is better"),
        (SHARE, "benefit", "Share of homes in IMD decile 1 to 2 (%) – more is better", "Benefit – more is better"),
    ],
)
def test_axes_are_in_plain_words_and_units(frontier, x, y, words_x, words_y):
    found = marks(figure(frontier, x, y))
    assert (found["x words"].get_text(), found["y words"].get_text()) == (words_x, words_y)


def test_words_and_units_of_the_callers_go_before(frontier):
    sheet = figure(frontier, labels={"cost": FORMULA, "homes": "Dwellings"}, units={"cost": "$", "homes": "dw"})
    found = marks(sheet)
    assert found["x words"].get_text() == f"{FORMULA} ($) – less is better"
    assert found["y words"].get_text() == "Dwellings (dw) – more is better"
    assert "4,000,000" in words(sheet)
    assert draw_frontier(frontier, x="cost", y="homes", labels={"cost": FORMULA}, title=FORMULA)[1:4] == b"PNG"


def test_the_chosen_programme_is_marked_at_its_point_or_its_figures(frontier):
    found = marks(figure(frontier, chosen=2))
    assert middle(found["chosen"]) == pytest.approx(middle(found["point 2"]))
    assert "label chosen" in found
    sheet = figure(frontier, chosen={"cost": 2e6, "homes": 1000})
    found = marks(sheet)
    assert middle(found["chosen"])[1] == pytest.approx(middle(found["point 1"])[1])
    x = [middle(found[name])[0] for name in ("point 1", "chosen", "point 2")]
    assert x[1] == pytest.approx((x[0] + x[2]) / 2)
    assert "Chosen programme" in words(sheet)
    plain = figure(frontier)
    assert "chosen" not in marks(plain)
    assert "Chosen programme" not in words(plain)


def test_a_line_joins_points_of_which_none_betters_another(frontier):
    sheet = figure(frontier)
    assert "frontier" in marks(sheet)
    assert "none of which betters another" in " ".join(words(sheet))
    # More homes and more benefit go together here: these are no frontier of both.
    bettered = figure(frontier.assign(benefit=frontier["homes"]), "benefit", "homes")
    assert "frontier" not in marks(bettered)
    assert "Frontier" not in words(bettered)
    assert "none of which betters another" not in " ".join(words(bettered))


def test_every_point_of_few_is_named_with_its_sites(frontier):
    found = marks(figure(frontier))
    labels = {name for name in found if name.startswith("label")}
    assert labels == {"label 1: 3 sites", "label 2: 8 sites", "label 3: 1 site"}
    alone = marks(figure(frontier.drop(columns="sites")))
    assert {name for name in alone if name.startswith("label")} == {"label 1", "label 2", "label 3"}


def test_of_many_points_no_label_covers_another():
    many = pd.DataFrame(
        {"homes": np.arange(60.0), "cost": np.arange(60.0), "sites": 1000}, index=pd.RangeIndex(1, 61, name="point")
    )
    sheet = figure(many)
    renderer = sheet._canvas.get_renderer()
    found = {name: mark for name, mark in marks(sheet).items() if name.startswith("label")}
    boxes = [text.get_window_extent(renderer).padded(-2) for text in found.values()]
    assert 10 < len(boxes) < 60
    assert not any(one.overlaps(other) for at, one in enumerate(boxes) for other in boxes[:at])
    assert {"label 1: 1,000 sites", "label 60: 1,000 sites"} <= set(found)


def test_a_point_without_a_figure_is_not_drawn(frontier):
    frontier.loc[2, "homes"] = None
    frontier.loc[3, "cost"] = np.inf
    found = marks(figure(frontier))
    assert [name for name in found if name.startswith("point")] == ["point 1"]
    assert "chosen" not in marks(figure(frontier, chosen=2))


def test_no_programme_gives_a_picture_that_says_so(frontier):
    assert "No programme to show." in words(figure(frontier.iloc[:0]))
    assert draw_frontier(frontier.iloc[:0], x="cost", y="homes", title="T")[1:4] == b"PNG"
    assert draw_frontier(frontier.iloc[:1] * 0, x="cost", y="homes", title="T")[1:4] == b"PNG"


def test_same_table_same_bytes_whatever_the_users_settings(frontier):
    first = draw_frontier(frontier, x="cost", y="homes", title="T", chosen=1)
    with mpl.rc_context({"font.family": "serif", "lines.linewidth": 9}):
        assert draw_frontier(frontier, x="cost", y="homes", title="T", chosen=1) == first
    assert draw_frontier(frontier.astype(object), x="cost", y="homes", title="T", chosen=1) == first
    assert ILLUSTRATIVE in words(figure(frontier, illustrative=True))


def test_faults_are_named_at_once(frontier):
    with pytest.raises(InputError) as caught:
        draw_frontier(frontier, x="money", y="jobs", title="T")
    assert "frontier: lacks the columns money, jobs;" in str(caught.value)
    with pytest.raises(InputError, match="both are 'homes'; give two measures"):
        draw_frontier(frontier, x="homes", y="homes", title="T")
    with pytest.raises(InputError, match="unknown point of chosen '9'"):
        draw_frontier(frontier, x="cost", y="homes", chosen=9, title="T")
    with pytest.raises(InputError, match="chosen: needs a number for homes"):
        draw_frontier(frontier, x="cost", y="homes", chosen={"cost": 3}, title="T")
    with pytest.raises(InputError, match="needs the index 'point'"):
        draw_frontier(frontier.reset_index(), x="cost", y="homes", title="T")
