"""A result for a few of its sites, and columns that hold nothing: what a check tries later stages on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from siteprior.core.schema import SITES, as_kind
from siteprior.pipeline.result import Result
from siteprior.pipeline.stand_ins import STANDS_IN
from siteprior.sources.registry import EVIDENCE, SOURCES

FEW_SITES, FEW_SALES = 20, 2_000
"""How many sites and sales a check tries the appraisal on: seconds, where all take minutes."""


def with_blank_columns(result: Result, group: str, names: Iterable[str]) -> Result:
    """Return a result with a group of columns that hold nothing, as a stage declares them."""
    from siteprior.project.layers import layer_columns

    declared = {column.name: column for column in SITES.columns}
    columns = [declared[name] for name in names if name in declared]
    if "<layer>" in names:
        columns += layer_columns(result.project.layers)
    if "<registered>" in names:
        columns += [column for source in SOURCES.values() for column in source.columns]
        columns += [column for evidence in EVIDENCE.values() for column in evidence.columns]
    index = result.sites_merged.index
    blank = {column.name: as_kind(None, column.kind, index) for column in columns}
    return result.with_columns(group, pd.DataFrame(blank, index=index))


def with_every_layer(result: Result) -> Result:
    """Return a result whose columns of layers are all there; those of layers that were refused hold nothing."""
    from siteprior.project.layers import layer_columns

    measured = result.columns["layers"]
    lacking = [column for column in layer_columns(result.project.layers) if column.name not in measured]
    blank = {column.name: as_kind(None, column.kind, measured.index) for column in lacking}
    return result.with_columns("layers", measured.assign(**blank)) if blank else result


def stands_in(result: Result) -> bool:
    """Return whether areas or sites of a result are made up."""
    return any(
        isinstance(table, pd.DataFrame) and table.index.astype("str").str.startswith(STANDS_IN).any()
        for table in (result.areas, result.sites_read)
    )


def few(result: Result) -> Result:
    """Return a result for a few of its sites and sales: enough to try what rests on parameters and columns.

    Among the sites are those that lie outermost, so that the few reach as far as all.
    """
    sites, sales = result.sites_merged, result.market.sales
    bounds = sites.geometry.bounds.dropna()
    ends = bounds.agg({"minx": "idxmin", "miny": "idxmin", "maxx": "idxmax", "maxy": "idxmax"}) if len(bounds) else ()
    chosen = {*ends, *sites.index[:: max(1, len(sites) // FEW_SITES)]}
    index = sites.index[sites.index.isin(chosen)]
    market = result.market
    if sales is not None:
        market = replace(market, sales=sales.iloc[:: max(1, len(sales) // FEW_SALES)])
    return replace(
        result,
        sites_merged=sites.loc[index],
        shapes=result.shapes.loc[index],
        market=market,
        columns=MappingProxyType({name: table.loc[index] for name, table in result.columns.items()}),
    )
