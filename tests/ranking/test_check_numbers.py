"""Numbers per site: what passes, and what is refused with its row, value and fix."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.ranking.check_numbers import as_yes, check_number_series, check_numbers, on_same_sites

SITES = pd.Index(["a", "b", "c"], name="site_id")


def test_every_dtype_of_numbers_passes():
    for values in (
        [1, 2, 3],
        [0.5, np.nan, 1],
        pd.array([1, None, 3], dtype="Int64"),
        pd.array([0.1, None, 1], "Float64"),
    ):
        check_numbers(pd.DataFrame({"x": values}, index=SITES), name="matrix")
        check_number_series(pd.Series(values, index=SITES), name="scores")


def test_every_fault_of_a_table_is_named_at_once():
    table = pd.DataFrame(
        [["9", 1.0, True, 1.0, 1.0], ["50", np.inf, False, 1.0, 1.0]],
        index=["a", "a"],
        columns=["x", "y", "z", "w", "w"],
    )
    with pytest.raises(InputError) as caught:
        check_numbers(table, name="matrix")
    assert caught.value.faults == (
        "matrix: the index holds 'a' more than once; make it unique",
        "matrix: x needs numbers, holds '9' in row 'a'; use pd.to_numeric",
        "matrix: y needs finite numbers, holds inf in row 'a'; mend it, or leave it missing",
        "matrix: z needs numbers, holds True in row 'a'; use pd.to_numeric",
        "matrix: has the column w more than once; keep one",
    )


@pytest.mark.parametrize("wrong", [None, [1, 2], "capacity", pd.Series([1.0])])
def test_what_is_no_table_is_refused(wrong):
    with pytest.raises(InputError, match=r"matrix: needs a table \(DataFrame\), got"):
        check_numbers(wrong, name="matrix")


def test_what_is_no_series_is_refused():
    for wrong in (None, [0.5], pd.DataFrame({"score": [0.5]})):
        with pytest.raises(InputError, match="scores: needs a Series, one number per site, got"):
            check_number_series(wrong, name="scores")


@pytest.mark.parametrize(
    "given",
    [["yes", "no", "yes"], [True, False, True], np.array([True, False, True]), pd.array([True, False, True], "boolean"),
     pd.array(["yes", "no", "yes"], "string"), pd.Categorical(["yes", "no", "yes"])],
)  # fmt: skip
def test_yes_and_no_in_every_form(given):
    assert as_yes(pd.Series(given, index=SITES), SITES).tolist() == [True, False, True]


@pytest.mark.parametrize("wrong", ["Yes", "NO", None, np.nan, pd.NA, 1, 0.0, "", "true"])
def test_any_other_word_for_eligible_is_refused(wrong):
    eligible = pd.Series(["yes", wrong, "no"], index=SITES, dtype=object)
    with pytest.raises(InputError, match=r"eligible: needs True or False, or 'yes' or 'no', holds .* in row 'b'; map"):
        as_yes(eligible, SITES)


def test_rows_are_matched_by_site_and_refused_where_they_are_others():
    table = pd.DataFrame({"x": [1, 2, 3]}, index=SITES[::-1])
    assert on_same_sites(table, SITES, name="known", of="matrix")["x"].tolist() == [3, 2, 1]
    with pytest.raises(InputError) as caught:
        on_same_sites(pd.DataFrame({"x": [1, 2, 3, 4]}, index=["a", "d", "d", "e"]), SITES, name="known", of="matrix")
    assert caught.value.faults == (
        "known: the index holds 'd' more than once; make it unique",
        "known: lacks row 'b' and 1 more; give it on the index of matrix",
        "known: has besides row 'd' and 1 more; give it on the index of matrix",
    )
