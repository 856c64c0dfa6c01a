"""What evidence is made of: the ramp, the weakest grade, and counts in words."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.appraisal.market_failure.evidence import FACTS, RANGE, column, counted, evidence, ramp, weakest
from siteprior.core.parameters import Parameter, Parameters


def scale(zero, full):
    numbers = {"zero": zero, "full": full}
    return Parameters("made_up", {name: Parameter(name, value, "m", "", "", "user") for name, value in numbers.items()})


def test_the_ramp_by_hand():
    values = pd.Series([-1.0, 2.0, 3.0, 6.0, 9.0, None])
    assert ramp(values, scale(2, 6)).tolist()[:5] == [0.0, 0.0, 0.25, 1.0, 1.0]
    assert ramp(values, scale(2, 6)).isna().tolist()[-1]
    assert ramp(pd.Series([1.0, 0.0]), scale(1, 0)).tolist() == [0.0, 1.0]  # less is worse


@pytest.mark.parametrize(
    ("grades", "result"), [(("A", "A"), "A"), (("A", "B"), "B"), (("C", "B"), "C"), (("A", None), "C")]
)
def test_the_weakest_grade_counts_and_a_missing_one_is_the_weakest(grades, result):
    assert weakest(*(pd.Series([grade], dtype="str") for grade in grades)).tolist() == [result]


def test_counts_in_words():
    assert [counted(n, "home") for n in (0, 1, 2, 1234.0)] == ["no home", "1 home", "2 homes", "1,234 homes"]


def test_a_table_of_evidence_takes_single_values_and_columns():
    index = pd.Index(["a", "b"], name="site_id")
    done = evidence(index, value=pd.Series([0.5, 1.0], index=[7, 8]), grade="B", reason=["one", "two"], counter="")
    assert tuple(done.columns) == (*FACTS, *RANGE)
    assert done.loc["b"].tolist() == [1.0, "B", "two", "", 1.0, 1.0]


def test_a_range_stands_beside_its_value_and_an_end_not_given_is_the_value():
    done = evidence(pd.Index(["a"]), value=0.5, grade="C", reason="", counter="", high=1)
    assert done.loc["a", ["value_low", "value", "value_high"]].tolist() == [0.5, 0.5, 1.0]


def test_a_column_that_is_not_there_is_missing_throughout():
    sites = pd.DataFrame({"gap": ["3"]}, index=["a"])
    assert column(sites, "gap", "number").tolist() == [3.0]
    assert column(sites, "other", "text").isna().tolist() == [True]
