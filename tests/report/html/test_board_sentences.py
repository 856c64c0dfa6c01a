"""What the board summary states: counted by hand, and nothing made of what is not known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteprior.report.html import board_sentences as board


def shortlist(**changed):
    facts = {"members": ["a; b", "c"], "acquisition_cost_gbp": [100.0, 7e6], "public_cost_gbp": [np.nan, 500.0],
             "viability_basis": ["user costs", "user costs"], "settled": ["no", "yes"]}  # fmt: skip
    return pd.DataFrame(facts | changed, index=pd.Index(["a", "c"], name="site_id"))


SITES = pd.DataFrame(
    {"acquisition_cost_gbp": [100.0, 2e6, 7e6], "public_cost_gbp": [np.nan, 1.0, 500.0]}, index=["a", "b", "c"]
)


def words(rows):
    return [row["words"] for row in rows]


def test_an_opportunity_costs_what_all_its_sites_cost():
    rows = words(board.cost_sentences(SITES, shortlist(), pd.DataFrame(), {}))
    assert rows[0] == "The shortlist: buying the land of 2 of its 2 opportunities would cost about £9m."
    # a's own public cost is not known, so that of the opportunity is not either
    assert rows[1].endswith("about £500 of public money on the 1 where it was measured.")
    assert rows[2].startswith("No budget is stated")
    unknown = SITES.assign(acquisition_cost_gbp=[100.0, np.nan, 7e6])
    rows = words(board.cost_sentences(unknown, shortlist(), pd.DataFrame(), {}))
    assert rows[0].endswith("1 of its 2 opportunities would cost about £7m; of 1 the cost is not known.")


def test_made_up_costs_are_called_so():
    rows = board.cost_sentences(SITES, shortlist(viability_basis="illustrative user assumptions"), pd.DataFrame(), {})
    assert [row["doubt"] for row in rows] == [False, False, False, True]


def test_what_the_budget_buys_and_a_conflict():
    programme = pd.DataFrame(
        {"opportunity_dwellings": [40, 60], "core_class": ["always in", "borderline"]}, index=["a", "z"]
    )
    stated = {"opportunities": 2, "cost_gbp": 2.5e6, "left_out": 3}
    text = words(board.cost_sentences(SITES, shortlist(), programme, stated))[2]
    assert text.startswith(
        "The programme: out of all that are ranked, the budget buys 2 for £2.5m, 100 homes; 1 of them are on the "
        "shortlist of 2, 1 are ranked below it. 1 of the 2 stay in every good programme"
    )
    assert "Of 3 ranked, cost or yield is not known" in text
    text = words(board.cost_sentences(SITES, shortlist(), programme.iloc[:0], {"note": "no programme keeps to all"}))[2]
    assert text == "No programme keeps to all."


def test_what_is_open_counts_verdicts_files_numbers_and_notices():
    files = pd.DataFrame({"keys": ["x", "all of them"], "shows": ["flood zones", None], "could_decide": [31, 99]})
    record = {"parameters": [{"confidence": each} for each in ("proposal", "proposal", "statute", "unverified")],
              "notices": ["a"]}  # fmt: skip
    sentences = board.open_sentences(record, shortlist(), files)
    assert sentences[0].startswith("Whether the market would do it alone is still open for 1 of the 2")
    assert sentences[1] == "The free file that would decide most: flood zones (up to 31 of all ranked sites)."
    assert sentences[2].startswith("Of the 4 numbers that steer the result, 2 are proposals of siteprior and 1 are not")
    assert sentences[3] == "The report states 1 notice on the data at its head."
    assert board.open_sentences({"illustrative": True}, shortlist(settled="yes"), files.iloc[:0])[1].startswith(
        "All of"
    )


def test_how_sure_without_a_ranking_or_anyone_outside():
    table = pd.DataFrame({"rank": [1], "site_name": [None], "score": [0.5], "top_k_acceptability": [1.0]}, index=["a"])
    facts = board.sure_facts(table, 1)
    assert facts["sentences"][-1] == "No ranked opportunity stands outside it."
    assert facts["bars"] == [{"rank": 1, "share": 1.0}]
    assert board.sure_facts(table.iloc[:0], 0)["bars"] == []


def test_a_long_name_is_cut_and_a_blank_one_is_the_id():
    table = pd.DataFrame({"rank": [1, 2], "site_name": ["x\n" * 5000, None], "score": [0.5, 0.4],
                          "top_k_acceptability": [0.2, 0.1]}, index=["a", "b"])  # fmt: skip
    sentences = board.sure_facts(table, 1)["sentences"]
    assert all(len(sentence) < 300 and "\n" not in sentence for sentence in sentences)
    assert "first outside is b," in sentences[-1]
