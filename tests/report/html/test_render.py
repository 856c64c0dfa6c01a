"""Pages that load nothing: filters for what readers see, and texts of other people shown as text."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date

import jinja2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.report.html import render as pages
from siteprior.report.html.render import MONTHS, count, day, load_templates, number, percent, style_sheet


@pytest.mark.parametrize(
    ("value", "shown"),
    [("2026-10-02", "2 October 2026"), ("2026-10-02T07:00:00", "2 October 2026"), (None, ""), ("", ""),
     (date(2021, 1, 31), "31 January 2021")],
)  # fmt: skip
def test_days(value, shown):
    assert day(value) == shown


@given(st.dates(date(1, 1, 1)))
def test_any_day_is_read_back(value):
    number_, month, year = day(value).split(" ")
    assert date(int(year), MONTHS.index(month) + 1, int(number_)) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (2061.4, "2,061"), (1_234_567, "1,234,567"), (-1500, "-1,500"), (-0.2, "0"), (None, "–")],
)
def test_counts(value, shown):
    assert count(value) == shown


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (0.25, 2, "0.25"), (960.0, 2, "960"), (1234.5, 1, "1,234.5"), (100, 0, "100"), (0.126, 2, "0.13"),
        (-0.001, 2, "0"), (-0.0, 2, "0"), (-1.5, 2, "-1.5"), (1200, 0, "1,200"), (True, 2, "True"), ("list", 2, "list"),
        (None, 2, "–"), ([0.5, None, "a"], 2, "0.5, –, a"), ([], 2, ""), (np.float64(0.5), 2, "0.5"),
    ],
)  # fmt: skip
def test_numbers(value, places, shown):
    assert number(value, places) == shown


@pytest.mark.parametrize(("value", "shown"), [(0.349, "35%"), (0, "0%"), (1.2, "120%"), (-0.001, "0%"), (None, "–")])
def test_shares(value, shown):
    assert percent(value) == shown


@given(st.floats(-1e9, 1e9), st.integers(0, 6))
def test_a_number_is_read_back_to_its_places_and_zero_has_no_sign(value, places):
    shown = number(value, places)
    # half a unit of the last place, and what a float of that size cannot distinguish
    assert float(shown.replace(",", "")) == pytest.approx(value, abs=0.5000001 * 10**-places + abs(value) * 1e-15)
    assert shown != "-0"
    assert count(value) != "-0"


@pytest.fixture
def page(monkeypatch):
    """Return a function that renders a template given as text."""
    loader = jinja2.PackageLoader

    def page(template, **facts):
        own = jinja2.DictLoader({"page": template})
        monkeypatch.setattr(jinja2, "PackageLoader", lambda name: jinja2.ChoiceLoader([own, loader(name)]))
        pages._environment.cache_clear()
        return pages.render("page", **facts)

    return page


def test_what_is_filled_in_is_text(page):
    assert page("{{ name }}", name='<b>& "x"') == "&lt;b&gt;&amp; &#34;x&#34;"


def test_a_name_that_was_not_given_is_an_error(page):
    with pytest.raises(jinja2.UndefinedError, match="nothing"):
        page("{{ nothing }}")


def test_filters_are_those_of_this_module(page):
    assert page(
        "{{ a|count }} {{ b|number(1) }} {{ c|percent }} {{ d|day }}", a=None, b=1.25, c=0.5, d="2021-01-01"
    ) == ("– 1.2 50% 1 January 2021")


def test_the_policy_lets_in_this_style_sheet_and_this_script_alone(page):
    text = page("{{ policy }}|||{{ style }}|||{{ script }}").replace("&#39;", "'")
    policy, style, script = text.split("|||")
    for kind, block in (("style", style), ("script", script)):
        digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")


def test_style_sheets_follow_the_common_one_and_hold_no_template():
    common, both = style_sheet(), style_sheet("audit.css.j2")
    assert both.startswith(common)
    assert len(both) > len(common)
    assert not re.search(r"\{\{|\{%|url\(", both)


def test_templates_can_be_made_ready_ahead():
    load_templates("report_")
    assert "report_marks.html.j2" in {name for _, name in pages._environment().cache}
