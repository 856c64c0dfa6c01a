from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siteprior.core import schema
from siteprior.core.errors import InputError

INDEX = pd.Index(["a", "b"])


def test_every_value_that_is_no_number_no_whole_number_or_no_date_is_named_with_its_column():
    table = pd.DataFrame(
        {"hectares": ["1.5", "2 ha"], "row": [1.5, 2], "start_date": ["2020-01-01", "soon"], "notes": [1, None]},
        index=INDEX.rename("site_id"),
    )
    with pytest.raises(InputError) as raised:
        schema.conform(table, schema.REGISTER)
    faults = raised.value.faults
    assert [fault.partition(":")[2].split()[0] for fault in faults] == ["hectares", "start_date", "row"]
    assert "sites as read: hectares cannot be read as number" in faults[0]


@pytest.mark.parametrize("kind", schema.DTYPES)
def test_nothing_is_missing_of_every_kind(kind):
    for nothing in (None, [None, None]):
        series = schema.as_kind(nothing, kind, INDEX)
        assert series.isna().all()
        assert series.index.equals(INDEX)
        assert str(series.dtype) == schema.DTYPES[kind]


def test_values_take_their_kind_and_missing_stays_missing():
    assert schema.as_kind(pd.Series([1, None], index=INDEX, dtype=object), "text", INDEX).tolist()[0] == "1"
    assert schema.as_kind(["3", None], "integer", INDEX).tolist() == [3, pd.NA]
    assert schema.as_kind(["2020-02-29", None], "date", INDEX).iloc[0] == pd.Timestamp(2020, 2, 29)
    assert schema.as_kind(pd.Series(["0.25", "1"], index=INDEX), "number", INDEX).tolist() == [0.25, 1.0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (pd.Series([True, False], index=INDEX), ["yes", "no"]),
        (pd.Series([np.True_, None], index=INDEX, dtype=object), ["yes", None]),
        (pd.Series([False, pd.NA], index=INDEX, dtype="boolean"), ["no", None]),
        (pd.Series(["yes", "no"], index=INDEX), ["yes", "no"]),
        (pd.Series([1, 0], index=INDEX), ["1", "0"]),  # numbers are no flags: the check of the table refuses them
    ],
)
def test_truth_values_of_a_file_become_the_words_of_a_flag(given, words):
    flags = schema.as_kind(given, "flag", INDEX)
    assert str(flags.dtype) == schema.DTYPES["flag"]
    assert [None if pd.isna(flag) else flag for flag in flags] == words


def test_a_text_column_keeps_its_truth_values_as_text():
    assert schema.as_kind(pd.Series([True, "x"], index=INDEX, dtype=object), "text", INDEX).tolist() == ["True", "x"]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pd.PeriodIndex(["2026-01", None], freq="M"), ["2026-01", None]),
        (pd.to_timedelta([36, None], unit="h"), ["1 days 12:00:00", None]),
        (pd.arrays.IntervalArray.from_tuples([(0, 1), (1, 2)]), ["(0, 1]", "(1, 2]"]),
        (pd.Categorical(pd.PeriodIndex(["2026-01", None], freq="M")), ["2026-01", None]),
    ],
    ids=lambda values: type(values).__name__,
)  # fmt: skip
def test_periods_lengths_of_time_and_intervals_of_a_users_own_are_shown_as_text(values, texts):
    table = pd.DataFrame({"own": values, "n": [1, 2]}, index=pd.Index(["a", "b"], name="postcode"))
    given = table.copy()
    own = schema.conform(table, schema.POSTCODES)["own"]
    assert own.astype(object).where(own.notna(), None).tolist() == texts
    pd.testing.assert_frame_equal(table, given)  # what was given is as it was
