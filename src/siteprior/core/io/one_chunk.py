"""Columns of Arrow in one piece each, so that a file does not show of how many tables a table was put together."""

from __future__ import annotations

from typing import TypeVar

import pandas as pd
import pyarrow as pa

Frame = TypeVar("Frame", bound=pd.DataFrame)


def one_chunk(table: Frame) -> Frame:
    """Return a table whose columns of Arrow are one chunk each, as they are when it has come from another process.

    GDAL and Parquet write chunk by chunk: the same values in other chunks make other bytes.

    Examples
    --------
    >>> texts = pd.Series(["a", "b"], dtype="str")
    >>> table = pd.DataFrame({"text": pd.concat([texts, texts], ignore_index=True)})
    >>> [pa.Table.from_pandas(each)["text"].num_chunks for each in (table, one_chunk(table))]
    [2, 1]
    """
    whole = table.copy(deep=False)
    for name, column in table.items():
        if isinstance(column.dtype, pd.StringDtype | pd.ArrowDtype):
            values = pa.array(column.array)
            if isinstance(values, pa.ChunkedArray) and values.num_chunks > 1:
                whole[name] = pd.array(values.combine_chunks(), dtype=column.dtype)
    return whole
