"""Columns of Arrow in one piece and of one kind; all other columns stay as they are."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest

from siteprior.core.io.one_chunk import mixed_as_text, one_chunk


@pytest.mark.parametrize("kind", ["str", "string", pd.ArrowDtype(pa.int64()), pd.ArrowDtype(pa.float64())])
def test_each_kind_of_arrow_column_comes_to_one_piece_with_its_values_and_kind(kind):
    one = pd.DataFrame({"x": pd.Series(["a" if isinstance(kind, str) else 1, None], dtype=object).astype(kind)})
    many = pd.concat([one, one, one], ignore_index=True)
    assert pa.Table.from_pandas(many)["x"].num_chunks == 3
    whole = one_chunk(many)
    assert pa.Table.from_pandas(whole)["x"].num_chunks == 1
    pd.testing.assert_frame_equal(whole, many)
    assert pa.Table.from_pandas(many)["x"].num_chunks == 3  # what was given stays


def test_columns_of_one_kind_stay():
    table = pd.DataFrame(
        {"a": [1, 2], "b": pd.Series([1, 2.5], dtype=object), "c": pd.Series(["x", None], dtype=object)}
    )
    pd.testing.assert_frame_equal(mixed_as_text(table), table)
    assert mixed_as_text(pd.DataFrame({"a": pd.Series([1, "x"], dtype=object)}))["a"].tolist() == ["1", "x"]
    assert mixed_as_text(pd.DataFrame()).empty
