"""What results show of themselves at a prompt and in a notebook: sizes, never the tables they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

import siteprior as sp
from factories.results import at_points, plain_project, small_result
from siteprior.core.files import shipped
from siteprior.core.short_repr import LONGEST, html_table, short_repr, shortened, size_of
from siteprior.pipeline.access import Access
from siteprior.pipeline.result import Result
from siteprior.project.inputs import Costs
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.gates import GATES
from siteprior.ranking.other_weights import Reweighted
from siteprior.sources.timetables.combine_feeds import Timetables
from siteprior.walking.network import build_network

TABLE = pd.DataFrame({"note": ["<b>" + "x" * 500] * 1200})


@short_repr
@dataclass(frozen=True)
class Found:
    table: pd.DataFrame
    factor: float
    name: str = ""
    _inner: Any = None


@pytest.mark.parametrize(
    ("part", "says"),
    [
        (TABLE, "1,200 rows"), (TABLE.iloc[:1], "1 row"), (TABLE["note"], "1,200 rows"), (np.zeros(7), "7 entries"),
        (None, "none"), (True, "True"), (12345, "12,345"), (1.5, "1.5"), (date(2026, 1, 31), "2026-01-31"),
        ("x" * 90, "x" * 39 + "…"), ({}, "0 entries"), (Found(TABLE, 1.0), "Found"),
    ],
)  # fmt: skip
def test_a_part_is_its_size_or_itself(part, says):
    assert size_of(part) == says


def test_a_dataclass_and_a_named_tuple_show_the_sizes_of_their_parts():
    assert repr(Found(TABLE, 1.3, "Tipton")) == "Found(table: 1,200 rows, factor: 1.3, name: Tipton)"

    @short_repr
    class Pair(NamedTuple):
        table: pd.DataFrame
        issues: pd.DataFrame

    pair = Pair(TABLE, TABLE.iloc[:0])
    assert repr(pair) == "Pair(table: 1,200 rows, issues: 0 rows)"
    assert rows_of(pair) == [["part", "holds"], ["table", "1,200 rows"], ["issues", "0 rows"]]
    assert pair == Pair(*pair)


def rows_of(thing):
    """Return the texts of the table a notebook shows of a thing, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", thing._repr_html_())
    return [[unescape(text) for text in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)] for row in rows]


def test_a_table_in_a_notebook_is_set_to_the_left_and_none_is_empty():
    page = html_table("a", ("b", "c"), {"d": "e"})
    assert page.count(' style="text-align:left"') == len(re.findall("<t[dh]", page)) == 4
    assert html_table("a", ("b", "c"), {}) == "<b>a</b>"


def test_what_a_project_and_parameters_hold_is_shown_with_its_values():
    project = sp.load_project(shipped("data") / "demo.toml")
    head, *rows = rows_of(project)
    shown = dict(rows)
    assert head == ["table", "states"]
    assert shown["shortlist"] == "n = 25"
    assert "as_of = 2026-01-31" in shown["project"]
    assert project._repr_html_().startswith(f"<b>Project demo: {project.project.title}; as of 2026-01-31</b>")
    criteria = dict(rows_of(sp.parameters.load("criteria")))
    assert criteria["corridor_access"] == "worst 960 m, best 400 m"
    access = dict(rows_of(sp.parameters.load("access")))
    assert access["walk_factor"].startswith("1.3 ratio (")


def test_html_shows_text_as_text():
    assert "<b>&lt;i&gt;</b>" in html_table("<i>", ("a", "b"), {"<x>": "&"})
    assert ">&lt;x&gt;</td>" in html_table("<i>", ("a", "b"), {"<x>": "&"})
    assert ">&amp;</td>" in html_table("<i>", ("a", "b"), {"<x>": "&"})
    assert shortened("abcdef", 4) == "abc…"


def shown():
    """Return one of each public class that holds tables or many settings."""
    project = plain_project()
    sites = at_points((400_000, 290_000), (401_000, 290_000))
    streets = build_network(sites.geometry.iloc[:1].buffer(100).boundary.to_numpy())
    feed = Timetables(sites, TABLE, TABLE, date(2026, 3, 4), None)
    demo = shipped("data") / "demo.toml"
    return [
        sp.load_project(demo), project, Result(project), small_result(sites, project=project),
        sp.audit(shipped("data") / "sites" / "walsall.csv"), sp.read_registers(shipped("data") / "sites/walsall.csv"),
        Access(sites, None, TABLE, sites, feed, streets, TABLE), streets, feed, sp.access.Walking(streets),
        Reweighted(TABLE, sites, sites.iloc[:1], dict.fromkeys(CRITERIA, 0.1)),
        sp.parameters.load("criteria"), sp.schema.SITES, Costs({}, {}), CRITERIA["capacity"], GATES["too_small"],
    ]  # fmt: skip


def test_every_public_result_fits_two_lines_and_holds_no_table():
    for thing in shown():
        line = repr(thing)
        assert "\n" not in line, type(thing)
        assert len(line) <= LONGEST + 40, (type(thing), line)
        assert "NOT_YET" not in line
        assert str(thing) == line
        if hasattr(thing, "_repr_html_"):
            page = thing._repr_html_()
            assert page.startswith("<b>")
            assert page.count("<table>") == 1 or "it has nothing" in line
            assert "<b>x" not in page
    assert sum(hasattr(thing, "_repr_html_") for thing in shown()) == len(shown()) - 2


def test_what_they_say():
    project = sp.load_project(shipped("data") / "demo.toml")
    assert repr(project).startswith(f"Project demo: {project.project.title}; as of 2026-01-31; ")
    assert (
        repr(Result(project)) == f"Result of {project.project.title}, as of 2026-01-31: not ranked yet; it has nothing"
    )
    assert repr(CRITERIA["corridor_access"]) == (
        "Criterion corridor_access: Walk to the corridor; 960 m scores 0, 400 m scores 1; needs corridor_walk_m"
    )
    assert repr(CRITERIA["market_failure"]).partition("; ")[2].startswith("0 scores 0, 1 scores 1; needs")
    assert repr(GATES["too_small"]) == "Gate too_small: Too small; hectares 0.25, homes 5; on by default"
    reading = sp.read_registers(shipped("data") / "sites" / "walsall.csv")
    assert repr(reading).startswith("Reading(table: 48 rows, issues: ")
    assert reading.table.shape[0] == len(reading[0]) == 48
    new = Reweighted(TABLE, TABLE, TABLE.iloc[:25], {"capacity": 1.0})
    assert str(new) == "Reweighted(changes: 1,200 rows, sites: 1,200 rows, shortlist: 25 rows, weights: 1 entry)"
    assert ["shortlist", "25 rows"] in rows_of(new)
