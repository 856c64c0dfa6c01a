"""What the report's sections on the market and its records share: plain rows, names, and what a figure rests on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from siteprior.core.parameters import load_parameters
from siteprior.core.schema import SITE_PRICE_COLUMNS, SITE_VALUE_COLUMNS, SITES, as_kind

MADE_UP = "illustrative"
"""How a basis begins that rests on assumptions the user marked as made up."""


def known_facts(sites: pd.DataFrame) -> pd.DataFrame:
    """Return every declared column of sites, prices and values among them; those that are not there are missing."""
    declared = {column.name: column for column in (*SITES.columns, *SITE_PRICE_COLUMNS, *SITE_VALUE_COLUMNS)}
    return pd.DataFrame({name: as_kind(sites.get(name), c.kind, sites.index) for name, c in declared.items()})


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as plain rows, missing values as ``None``."""
    names = [str(name) for name in table.columns]
    columns = [_plain(pd.Series(column)) for _, column in table.items()]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(column: pd.Series) -> list[Any]:
    """Return the values of a column as Python has them, missing ones as ``None``."""
    values, missing = column.astype(object).to_numpy(), column.isna().to_numpy()
    return [
        None if gone else value.item() if isinstance(value, np.generic) else value
        for value, gone in zip(values, missing, strict=True)
    ]


def fund_titles() -> dict[str, str]:
    """Return what the funds and policies are called, by the name their rules carry."""
    return {name: str(fund.value) for name, fund in load_parameters("funds")["funds"].items()}


def made_up(basis: pd.Series) -> pd.Series:
    """Return which figures rest on assumptions marked as made up, by what they are stated to rest on."""
    return basis.astype("str").str.startswith(MADE_UP).fillna(False).astype(bool)


def commonest(texts: pd.Series) -> str:
    """Return the text that stands most often, the first by alphabet of equal ones; blank where none stands."""
    counts = texts.dropna().value_counts()
    return "" if counts.empty else str(min(counts.index[counts == counts.max()]))
