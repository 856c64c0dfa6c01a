"""Medians of sales by area: plain, of the nearest comparables, and shrunk to the wider area where sales are few."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from siteprior.core.random_streams import Floats

MEDIAN_VARIANCE = np.pi / 2
"""Variance of a median over that of a mean, for a normal law."""

LEVELS = ("coarse", "fine")
"""Columns of area codes: the district and the LSOA in it, or the postcode district and the sector in it."""


@dataclass(frozen=True)
class AreaEffects:
    """Differences by area, shrunk: ``whole`` of all, then by the codes of each of :data:`LEVELS`."""

    whole: float
    coarse: pd.Series
    fine: pd.Series

    def of(self, codes: pd.DataFrame) -> Floats:
        """Return the difference of each row's finest known area."""
        coarse = codes["coarse"].map(self.coarse).fillna(self.whole)
        return codes["fine"].map(self.fine).fillna(coarse).to_numpy(dtype=float)


def area_effects(values: npt.ArrayLike, codes: pd.DataFrame) -> AreaEffects:
    """Return the median of the values by area, each shrunk to that of the wider area the more the fewer its sales.

    Parameters
    ----------
    values
        One number per sale, in any unit.
    codes
        The sale's areas, columns :data:`LEVELS`; missing where not known.

    Returns
    -------
    AreaEffects
        In the unit of the values.
    """
    numbers = pd.Series(np.asarray(values, dtype=float), index=codes.index)
    whole = float(numbers.median())
    coarse = shrunk_medians(numbers, codes["coarse"], pd.Series(whole, index=codes.index))
    parent = codes["coarse"].map(coarse).fillna(whole)
    return AreaEffects(whole, coarse, shrunk_medians(numbers, codes["fine"], parent))


def shrunk_medians(values: pd.Series, groups: pd.Series, parents: pd.Series) -> pd.Series:
    """Return each group's median, shrunk to its parent by empirical Bayes, in the unit of the values.

    The weight of a group's own median is n / (n + k) with k = (π/2) σ² / τ²: σ² the variance within groups, τ² that of
    the groups about their parents, by the method of moments. Where groups differ by no more than chance, τ² is zero
    and every group has its parent's value.

    Parameters
    ----------
    values
        One number per sale.
    groups
        The group of each; missing belongs to none.
    parents
        The value of the wider group, the same for all of one group.

    Notes
    -----
    Empirical Bayes: Efron and Morris 1975, *Data analysis using Stein's estimator and its generalizations*; τ² by
    moments: DerSimonian and Laird 1986, *Meta-analysis in clinical trials*; π/2: the median's variance over the mean's.

    Examples
    --------
    >>> values = pd.Series([1.0, 1.2, 0.8, 3.0, 3.2, 2.8])
    >>> shrunk_medians(values, pd.Series(list("aaabbb")), pd.Series(2.0, index=range(6))).round(2).to_dict()
    {'a': 1.02, 'b': 2.98}
    """
    about = (values - parents).groupby(groups)
    count = about.size().astype(float)
    if count.empty:
        return pd.Series(dtype=float)
    mean, total = about.mean(), float(count.sum())
    free = total - len(count)
    within = float(about.var(ddof=0).mul(count).sum() / free) if free > 0 else 0.0
    squares = float((count * mean**2).sum()) - len(count) * within  # about the parents, which are given
    between = max(0.0, squares / total)
    weight = count * between / (count * between + MEDIAN_VARIANCE * within) if between > 0 else count * 0.0
    return weight * about.median() + parents.groupby(groups).first()


def plain_medians(
    train: pd.DataFrame, train_codes: pd.DataFrame, test: pd.DataFrame, test_codes: pd.DataFrame
) -> Floats:
    """Return the median log £/m² of the sales of the same type in the coarse area; of the type where it has none."""
    by_type = train.groupby("property_type")["log_price"].median()
    by_both = train.groupby([train_codes["coarse"], "property_type"])["log_price"].median()
    keys = pd.MultiIndex.from_arrays([test_codes["coarse"], test["property_type"]])
    own = pd.Series(by_both.reindex(keys).to_numpy(dtype=float), index=test.index)
    rest = test["property_type"].map(by_type).fillna(train["log_price"].median())
    return own.fillna(rest).to_numpy(dtype=float)


def comparable_medians(train: pd.DataFrame, test: pd.DataFrame, *, count: int) -> Floats:
    """Return the median log £/m² of the ``count`` nearest sales of the same type; ``nan`` where there is none."""
    medians = np.full(len(test), np.nan)
    for kind, rows in test.groupby("property_type").indices.items():
        same = train[train["property_type"] == kind]
        if len(same):
            tree = cKDTree(same[["x", "y"]].to_numpy())
            near = tree.query(test[["x", "y"]].to_numpy()[rows], k=range(1, min(count, len(same)) + 1))[1]
            medians[rows] = np.median(same["log_price"].to_numpy()[near], axis=1)
    return medians


def sector_codes(postcodes: pd.Series) -> pd.DataFrame:
    """Return postcode district and sector of postcodes, as the columns :data:`LEVELS`.

    Examples
    --------
    >>> sector_codes(pd.Series(["B44 0JR", None])).to_numpy().tolist()
    [['B44', 'B44 0'], [nan, nan]]
    """
    parts = postcodes.astype("str").str.extract(r"^\s*(\w+)\s+(\d)[A-Za-z]{2}\s*$")
    fine = parts[0] + " " + parts[1]
    return pd.DataFrame({"coarse": parts[0], "fine": fine}, index=postcodes.index)


def area_codes(places: Floats, areas: gpd.GeoDataFrame, index: pd.Index) -> pd.DataFrame:
    """Return district and LSOA of places (m) as the columns :data:`LEVELS`; the lowest code owns a shared edge."""
    ordered = areas.sort_index(kind="stable")
    known = np.flatnonzero(np.isfinite(places).all(axis=1))
    tree = shapely.STRtree(ordered.geometry.to_numpy())
    place, area = tree.query(shapely.points(places[known]), predicate="intersects")
    owner = pd.Series(area, index=known[place]).groupby(level=0).min().reindex(range(len(places)))
    codes = ordered.reset_index()[["district_code", "lsoa_code"]].reindex(owner.fillna(-1).astype(int))
    return pd.DataFrame(
        {"coarse": codes["district_code"].to_numpy(), "fine": codes["lsoa_code"].to_numpy()}, index=index
    )
