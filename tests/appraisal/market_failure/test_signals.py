"""Which reading of a signal counts, by hand, and what a table of signals may not hold."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from siteprior.appraisal.market_failure.signals import (
    COLUMNS,
    check_signals,
    failure_signals,
    grade_weights,
    select_strongest,
)
from siteprior.core import schema
from siteprior.core.errors import InputError

SITES = pd.Index(["b", "a"], name="site_id")


def rows(*readings):
    return pd.DataFrame(
        [(site, letter, kind, value, grade, reason, "") for site, letter, kind, value, grade, reason in readings],
        columns=list(COLUMNS),
    )


def test_the_strongest_reading_counts_then_the_better_grade_then_the_first():
    assert grade_weights() == {"A": 1.0, "B": 0.7, "C": 0.4}
    done = select_strongest(
        rows(
            ("a", "C", "primary", 0.5, "B", "0.35"), ("a", "C", "primary", 0.4, "A", "0.40"),
            ("b", "C", "primary", 0.4, "B", "0.28, grade B"), ("b", "C", "primary", 0.28, "A", "0.28, grade A"),
            ("a", "I", "primary", 0.5, "C", "first"), ("a", "I", "primary", 0.5, "C", "second"),
        ),
        SITES,
    )  # fmt: skip
    assert done["weighted_signal"].tolist() == pytest.approx([0.28, 0.28, 0.35, 0.40, 0.2, 0.2])
    assert done.loc[done["counts"] == "yes", "reason"].tolist() == ["0.28, grade A", "0.40", "first"]


def test_rows_stand_by_signal_then_by_site_in_the_order_given():
    done = select_strongest(
        rows(*((site, letter, "primary", 0.5, "A", "") for site in "ab" for letter in ("P", "V", "E"))), SITES
    )
    assert list(zip(done["signal"], done["site_id"], strict=True)) == [
        (letter, site) for letter in ("V", "P", "E") for site in ("b", "a")
    ]
    assert done.columns.tolist() == schema.SIGNALS_TABLE.names


def test_every_fault_of_a_table_is_named_at_once():
    with pytest.raises(InputError) as caught:
        check_signals(
            rows(("z", "V", "primary", 0.5, "A", ""), ("a", "Q", "primary", 0.5, "A", ""),
                 ("a", "E", "primary", 0.5, "A", ""), ("a", "V", "primary", 1.5, "F", "")),
            SITES,
        )  # fmt: skip
    starts = [fault.split(";")[0] for fault in caught.value.faults]
    assert starts == [
        "signals: names sites that are not in the table z",
        "signals: names unknown signals Q",
        "signals: gives the wrong kind for E",
        "signals: gives unknown grades F",
        "signals: has values outside 0–1 1.5",
    ]
    with pytest.raises(InputError, match="signals: lacks the columns grade, reason"):
        check_signals(rows().drop(columns=["grade", "reason"]), SITES)


def test_a_day_that_is_none_is_refused():
    site = pd.DataFrame({"easting": 400_000.0, "northing": 290_000.0, "hectares": 1.0}, index=SITES[:1])
    site = schema.conform(site, schema.SITES.without_places())
    for wrong in ("last year", "2021", None, float("nan")):
        with pytest.raises(InputError, match="as_of: needs a day"):
            failure_signals(site, as_of=wrong, neighbours=site)
    by_text = failure_signals(site, as_of="2026-01-31", neighbours=site)
    assert by_text.equals(failure_signals(site, as_of=date(2026, 1, 31), neighbours=site))


def test_a_reading_may_be_a_range_and_is_exact_where_none_is_given():
    stated = rows(("a", "V", "primary", 0.5, "C", "range"), ("b", "V", "primary", 0.5, "C", "exact"))
    done = select_strongest(stated.assign(value_low=[0.25, None], value_high=[1.0, None]), SITES)
    assert done.loc[:, ["reason", "value_low", "value_high"]].to_numpy().tolist() == [
        ["exact", 0.5, 0.5], ["range", 0.25, 1.0],
    ]  # fmt: skip


@pytest.mark.parametrize(("low", "high"), [(0.6, 1.0), (0.0, 0.4), (-0.1, 0.5), (0.5, 1.1)])
def test_a_range_that_does_not_hold_its_value_is_refused(low, high):
    table = rows(("a", "V", "primary", 0.5, "C", "")).assign(value_low=low, value_high=high)
    with pytest.raises(InputError, match="other than 0 <= value_low <= value <= value_high <= 1 for a; leave both out"):
        check_signals(table, SITES)
