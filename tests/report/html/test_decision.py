"""The report's section on the decision: counts by hand, and text of files stays text."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.report.html.decision import SHOWN, decision_section
from siteprior.report.html.render import render


def sure(*shares):
    return pd.DataFrame({"top_k_acceptability": list(shares)})


def programme(rows, name="Mill"):
    return pd.DataFrame(
        {
            "rank": range(1, rows + 1), "site_name": name, "programme_cost": 1.5e6, "opportunity_dwellings": 40,
            "core_index": 1.0, "core_class": "always in", "year": pd.array([pd.NA] * rows, dtype="Int64"), "fund": None,
        },
        index=pd.Index([f"s{n}" for n in range(rows)], name="site_id"),
    )  # fmt: skip


LIMITS = pd.DataFrame(
    {"constraint": ["budget at most 3"], "limit": [3.0], "reached": [2.0], "slack": [1.0], "price": [4.0],
     "price_low": [4.0], "price_high": [4.0], "relax_by": [None], "becomes": [None]}
)  # fmt: skip
RECORD = {"benefit_of": "score", "opportunities": 2, "cost_gbp": 3e6, "gap": 0.001, "left_out": 0, "left_out_for": {}}


def section(**changed):
    given = {
        "acceptability": sure(1.0, 0.95, 0.4, 0.2, 0.05), "shortlist": 3, "programme": programme(2),
        "constraints": LIMITS, "record": RECORD,
    } | changed  # fmt: skip
    return decision_section(**given)


def page(**changed):
    return render("report_decision.html.j2", decision=section(**changed))


def test_what_is_nearly_sure_and_what_is_not_ruled_out_is_counted():
    found = section()
    assert (found["surely"], found["of"], found["outside"]) == (2, 3, 1)
    assert found["record"]["homes"] == 80
    assert found["record"]["cost_m"] == pytest.approx(3.0)
    assert (len(found["rows"]), found["more"]) == (2, 0)
    many = section(programme=programme(SHOWN + 4))
    assert (len(many["rows"]), many["more"]) == (SHOWN, 4)


def test_without_a_budget_nothing_is_written_of_a_programme():
    text = page(programme=programme(0), constraints=LIMITS.iloc[:0], record={})
    assert "The programme" not in text
    assert "How sure" in text


def test_a_conflict_stands_with_what_each_would_have_to_become():
    conflict = LIMITS.assign(relax_by=2.0, becomes=5.0, price=None)
    text = page(programme=programme(0), constraints=conflict, record={"note": "programme: cannot keep to all of: a"})
    assert "What conflicts" in text
    assert "programme: cannot keep to all of: a" in text
    assert ">5<" in text


def test_text_of_a_file_is_no_markup():
    text = page(programme=programme(1, name="<script>run()</script>"))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
