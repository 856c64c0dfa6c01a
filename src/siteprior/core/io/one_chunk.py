"""Columns as Arrow writes them: each of one kind, and in one piece, of however many tables it was put together."""

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


def mixed_as_text(table: Frame) -> Frame:
    """Return a table in which a column of several kinds, which Parquet cannot hold, is text, as in a CSV file.

    Examples
    --------
    >>> mixed_as_text(pd.DataFrame({"mixed": pd.Series([1, "a"], dtype=object), "whole": [1, 2]})).to_dict("list")
    {'mixed': ['1', 'a'], 'whole': [1, 2]}
    """
    plain = table.copy(deep=False)
    for name, column in table.items():
        if not pd.api.types.is_object_dtype(column.dtype):
            continue
        try:
            pa.array(column, from_pandas=True)
        except pa.ArrowException:
            plain[name] = column.map(str, na_action="ignore").astype("str")
    return plain
