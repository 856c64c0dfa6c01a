"""The report's section on corridors: counts, bands, scenarios, and what is left out where it was not read."""

import pandas as pd

from siteprior.core.schema import CORRIDOR_SUMMARY, conform
from siteprior.report.html.corridors import corridor_section
from siteprior.report.html.render import render

NO_SCENARIO = pd.DataFrame(columns=["sites_enters"], index=pd.Index([], name="scenario"))


def sites(**changed):
    table = {
        "corridors_in_reach": pd.array([2, 1, 0, None], dtype="Int64"),
        "walk_basis": ["network", "network", "network", None],
        "rank": pd.array([1, 2, 3, None], dtype="Int64"),
        "service_date": pd.to_datetime(["2026-10-02"] * 3 + [None]),
        "access_band": ["2", "2", None, None],
    }
    return pd.DataFrame({**table, **changed}, index=pd.Index(list("abcd"), name="site_id"))


def summary():
    rows = {"corridor": ["Line", "Other", "Dark"], "sites": [2, 0, 1], "identified_share": [10.0, None, 0.0]}
    shares = {"indicated_share": [20.0, None, 0.0], "cannot_tell_share": [70.0, None, 100.0]}
    return pd.DataFrame({**rows, **shares}).set_index("corridor")


def corridor_table(**columns):
    """Return two corridors as the run writes them."""
    known = {"corridor": ["Line", "Bare"], "length_m": [8200.0, 1200.0], "sites": [2, 1], "stops": [3, 2]}
    return conform(pd.DataFrame({**known, **columns}).set_index("corridor"), CORRIDOR_SUMMARY)


def test_what_it_counts():
    told = corridor_section(sites(), summary=summary(), strips={"Line": (b"png", "words")}, scenarios=NO_SCENARIO)
    assert (told["served"], told["several"]) == (2, 1)
    assert [row["corridor"] for row in told["rows"]] == ["Line", "Dark"]  # a corridor without sites has no row
    assert [row["failure_share"] for row in told["rows"]] == [30.0, None]  # zero would be a finding
    assert told["walks"] == "measured along the streets"
    assert told["pictures"] == [{"picture": "cG5n", "alt": "words"}]
    assert {band["name"]: band["sites"] for band in told["index"]["bands"]}["2"] == 2
    assert told["index"]["missing"] == 1
    assert told["scenarios"] == []


def test_without_timetables_there_is_no_index_and_straight_lines_are_stated():
    table = sites(service_date=pd.NaT, walk_basis="straight-line")
    told = corridor_section(table, summary=summary(), strips={}, scenarios=NO_SCENARIO, catchment=(b"x", "ground"))
    assert told["index"] is None
    assert "no streets were given" in told["walks"]
    assert told["pictures"][0]["alt"] == "ground"


def test_a_kind_nobody_stated_leaves_no_word():
    table = corridor_table(kind=["metro", None])
    section = corridor_section(sites(), summary=table, strips={}, scenarios=NO_SCENARIO)
    page = render("report_corridors.html.j2", corridors=section, counts={"considered": 4})
    assert "metro, 8.2 km" in page
    assert '<td>Bare<span class="sub">1.2 km</span></td>' in page
    assert "None" not in page
