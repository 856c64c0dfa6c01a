"""The chart of scores: parts as long as their contributions, one after the other, and what is not known marked."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
import pytest

from factories.pictures import FORMULA, ends, marks, words
from siteprior.core.errors import InputError
from siteprior.report import style
from siteprior.report.charts import contributions
from siteprior.report.charts.contributions import contributions_words, draw_contributions
from siteprior.report.maps.canvas import ILLUSTRATIVE, settings


@pytest.fixture
def criteria():
    return pd.DataFrame(
        {
            "criterion": ["walk", "homes", "need"],
            "title": ["Walk", "Homes", FORMULA],
            "weight": [0.5, 0.3, 0.2],
            "group": ["transit", "size", "need"],
        }
    )


@pytest.fixture
def sites():
    return pd.DataFrame(
        {
            "site_name": ["Depot", FORMULA, None],
            "rank": [2, 1, None],
            "score": [0.5, 0.9, None],
            "coverage": [0.75, 1.0, None],
            "c_walk": [0.4, 0.5, None],
            "c_homes": [0.1, 0.2, None],
            "c_need": [None, 0.2, None],
        },
        index=pd.Index(["a", "b", "c"], name="site_id"),
    )


def figure(sites, criteria, *, first=25, illustrative=False):
    with settings():
        return contributions._figure(sites, criteria, "Title", "Source", first, illustrative=illustrative)


def shares(found, site):
    """Return where each part of a bar begins and ends, as shares of the whole bar."""
    left, right = ends(found[f"unearned {site}"])
    return {
        name.removesuffix(f" {site}"): tuple((end - left) / (right - left) for end in ends(mark))
        for name, mark in found.items()
        if name.endswith(f" {site}") and not name.startswith(("unearned", "score"))
    }


def test_parts_are_as_long_as_their_contributions_one_after_the_other(sites, criteria):
    found = marks(figure(sites, criteria))
    b = shares(found, "b")
    assert list(b) == ["walk", "homes", "need"]
    assert [end for part in b.values() for end in part] == pytest.approx([0, 0.5, 0.5, 0.7, 0.7, 0.9])
    a = shares(found, "a")
    assert [end for name in ("walk", "homes") for end in a[name]] == pytest.approx([0, 0.4, 0.4, 0.5])
    assert "need" not in a


def test_what_is_not_known_ends_the_bar_and_is_marked_only_there(sites, criteria):
    sheet = figure(sites, criteria)
    found = marks(sheet)
    assert shares(found, "a")["unknown"] == pytest.approx((0.75, 1.0))
    assert "unknown b" not in found
    assert "25%" in words(sheet)
    without = figure(sites.drop(columns="coverage"), criteria)
    assert "unknown a" not in marks(without)


def test_colours_and_order_are_those_of_the_report(sites, criteria):
    found = marks(figure(sites, criteria))
    for name, shade in style.criteria(criteria["criterion"]).items():
        assert mpl.colors.to_hex(found[f"{name} b"].get_facecolor()) == shade
    together = criteria.assign(group=["transit", "size", "transit"])
    assert list(shares(marks(figure(sites, together)), "b")) == ["walk", "need", "homes"]


def test_the_key_names_each_criterion_with_its_share_of_the_weight(sites, criteria):
    written = words(figure(sites, criteria.assign(weight=[5, 3, 2])))
    assert {"Walk (50%)", "Homes (30%)", f"{FORMULA} (20%)", "known, not earned"} <= set(written)
    assert "not known: counts as the worst" in written


def test_a_colour_that_comes_again_is_hatched(sites, criteria):
    names = [f"n{place}" for place in range(10)]
    many = pd.DataFrame({"criterion": names, "title": names, "weight": 0.1, "group": "g"})
    ten = sites.assign(**{f"c_{name}": 0.05 for name in names})
    nine = many.iloc[:9]
    lines = [len(figure(ten, table)._figure.artists) for table in (nine, many)]
    found = marks(figure(ten, many))
    assert found["n0 b"].get_facecolor() == found["n9 b"].get_facecolor()
    assert lines[1] - lines[0] > 2 * 3 + 1  # more than the part, its edge and its place in the key


def test_the_first_by_rank_are_drawn_with_their_scores(sites, criteria):
    found = marks(figure(sites, criteria))
    assert found["score b"].get_position()[1] > found["score a"].get_position()[1]
    assert (found["score a"].get_text(), found["score b"].get_text()) == ("0.50", "0.90")
    assert "score c" not in found
    assert "score a" not in marks(figure(sites, criteria, first=1))


def test_no_dollar_starts_a_formula_and_the_warning_is_written(sites, criteria):
    sheet = figure(sites, criteria, illustrative=True)
    assert {FORMULA, ILLUSTRATIVE} <= set(words(sheet))
    assert draw_contributions(sites, criteria, title=FORMULA, attribution=FORMULA)[1:4] == b"PNG"


def test_same_tables_same_bytes_whatever_the_users_settings(sites, criteria):
    first = draw_contributions(sites, criteria, title="T")
    with mpl.rc_context({"font.family": "serif", "hatch.linewidth": 9, "patch.linewidth": 9}):
        assert draw_contributions(sites, criteria, title="T") == first
    assert draw_contributions(sites.astype(object), criteria, title="T") == first
    assert b"Software" not in first


def test_empty_tables_give_a_picture_that_says_so(sites, criteria):
    assert "No opportunity is ranked." in words(figure(sites.iloc[:0], criteria))
    assert draw_contributions(sites.iloc[:0], criteria.iloc[:0], title="T")[1:4] == b"PNG"
    assert draw_contributions(sites, criteria.iloc[:0], title="T")[1:4] == b"PNG"


def test_every_missing_column_is_named_at_once(sites, criteria):
    with pytest.raises(InputError) as caught:
        draw_contributions(sites[["rank", "c_need"]], criteria.drop(columns=["title"]), title="T", first=2.5)
    text = str(caught.value)
    for part in ("criteria: lacks the columns title;", "sites: lacks the columns site_name, score;",
                 "sites: lacks the columns c_walk, c_homes of", "first: needs a whole number"):  # fmt: skip
        assert part in text


def test_what_cannot_be_is_refused(sites, criteria):
    with pytest.raises(InputError, match="score is a share of 0–1, holds 62"):
        draw_contributions(sites.assign(score=62), criteria, title="T")
    with pytest.raises(InputError, match="c_walk needs numbers of at least 0"):
        draw_contributions(sites.assign(c_walk=-0.1), criteria, title="T")
    with pytest.raises(InputError, match="criterion is missing or stands twice"):
        draw_contributions(sites, criteria.assign(criterion="walk"), title="T")


def test_the_words_name_what_earns_most(sites, criteria):
    assert contributions_words(sites, criteria).startswith(
        "The first 2 of 2 opportunities score 0.90 to 0.50; most of that is earned by Walk (64%), then Homes (21%). "
        "Something is not known of 1."
    )
