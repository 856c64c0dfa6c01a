from __future__ import annotations

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
