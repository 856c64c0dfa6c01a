"""How far the price surface errs: cross-validation by blocks of land, and the ranges the errors give."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.appraisal.prices.medians import area_effects, comparable_medians, plain_medians
from siteprior.appraisal.prices.model import fit_hedonic, fit_model, hedonic
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress, counting, no_progress
from siteprior.core.random_streams import Floats
from siteprior.core.schema import PRICE_VALIDATION, conform

Numbers: TypeAlias = npt.NDArray[np.int64]

METHODS = ("model", "area median, shrunk", "area median", "median of nearest comparables")
"""What is tried; a surface uses one of the first two, the others are what it is measured against."""

SALE, SCHEME = "one sale", "mean of a block"
"""What an error is of: of a sale's £/m², or of the mean of the sales of a block."""


def blocks_of(sales: pd.DataFrame, *, block_m: float) -> Numbers:
    """Number the squares of ``block_m`` metres of the National Grid that hold sales, from 0, south-west first."""
    squares = np.floor(sales[["x", "y"]].to_numpy() / block_m)
    return np.unique(squares, axis=0, return_inverse=True)[1].reshape(-1)


def cross_validated(
    sales: pd.DataFrame, codes: pd.DataFrame, *, seed: int, progress: Progress = no_progress
) -> pd.DataFrame:
    """Predict the log of £/m² of each sale from the sales of other blocks, by each of :data:`METHODS`.

    Whole blocks are left out together, a share of them at a time; the methods never see a price of a block left out.

    Returns
    -------
    DataFrame
        ``block``, ``fold`` and one column per method, on the index of the sales.

    Notes
    -----
    The folds are scikit-learn's PredefinedSplit over folds of blocks shuffled here: GroupKFold, shuffled or not, puts
    other blocks together. On 2,166 sales of the West Midlands its median error would be 13.0% and 13.4% in place of
    13.4%, and every published error and range would be another.
    """
    from sklearn.model_selection import PredefinedSplit

    settings = load_parameters("price_surface").table("validation")
    block = blocks_of(sales, block_m=settings.number("block"))
    blocks = int(block.max()) + 1
    folds = min(settings.integer("folds"), blocks)
    fold = (np.random.default_rng(seed).permutation(blocks) % folds)[block]
    predicted = {method: np.full(len(sales), np.nan) for method in METHODS}
    with counting(progress, "Fitting the price surface", total=folds, unit="folds") as step:
        for learned, left_out in PredefinedSplit(fold).split() if folds > 1 else ():
            train, test = sales.iloc[learned], sales.iloc[left_out]
            train_codes, test_codes = codes.iloc[learned], codes.iloc[left_out]
            weights = fit_hedonic(train)
            shrunk = area_effects(train["log_price"] - hedonic(weights, train), train_codes)
            predicted[METHODS[0]][left_out] = fit_model(train, seed=seed).predict(test)
            predicted[METHODS[1]][left_out] = hedonic(weights, test) + shrunk.of(test_codes)
            predicted[METHODS[2]][left_out] = plain_medians(train, train_codes, test, test_codes)
            predicted[METHODS[3]][left_out] = comparable_medians(train, test, count=settings.integer("comparables"))
            step()
    return pd.DataFrame({"block": block, "fold": fold, **predicted}, index=sales.index)


def chosen_method(sales: pd.DataFrame, predictions: pd.DataFrame) -> str:
    """Return the model where its median error is less than that of every median, else the shrunk area median."""
    error = {method: _median_error(sales["log_price"] - predictions[method]) for method in METHODS}
    rivals = [error[method] for method in METHODS[1:] if np.isfinite(error[method])]
    return METHODS[0] if np.isfinite(error[METHODS[0]]) and error[METHODS[0]] < min(rivals) else METHODS[1]


def errors(sales: pd.DataFrame, predictions: pd.DataFrame, method: str, *, of: str) -> pd.DataFrame:
    """Return a method's errors (log of observed over predicted £/m²): of each sale, or of the mean of each block's.

    Returns
    -------
    DataFrame
        ``error``, ``fold``, ``kind`` (the property type of a sale, blank of a block) and ``new`` (0 or 1). Means are
        taken over the new and over the other sales of a block, where it has enough of them.
    """
    each = pd.DataFrame(
        {
            "error": sales["log_price"] - predictions[method],
            "fold": predictions["fold"],
            "kind": sales["property_type"],
            "new": sales["new"].astype(int),
        }
    ).dropna(subset=["error"])
    if of == SALE:
        return each
    groups = each.groupby([predictions["block"].loc[each.index], "new"])
    means = groups.agg(error=("error", "mean"), fold=("fold", "first"), count=("error", "size")).reset_index("new")
    fewest = load_parameters("price_surface").table("validation").integer("group")
    return pd.DataFrame(means[means["count"] >= fewest].assign(kind=""))


def ranges(table: pd.DataFrame, *, share: float) -> pd.DataFrame:
    """Return the range of errors that holds the next one with the chance ``share``, by property type.

    Errors are scaled by the median error of their type (shrunk to that of all where a type has few), so that one pair
    of quantiles serves all types: split-conformal prediction with signed scores.

    Returns
    -------
    DataFrame
        ``low`` and ``high``, logs to add to the prediction, by ``kind``; the row ``""`` is for a type without errors.

    Notes
    -----
    Conformal quantiles with the finite-sample correction (n + 1): Vovk, Gammerman and Shafer 2005, *Algorithmic
    Learning in a Random World*; Lei et al. 2018, *Distribution-free predictive inference for regression*.

    Examples
    --------
    >>> table = pd.DataFrame({"error": [n / 10 for n in range(-9, 10)], "kind": "flat", "new": 0, "fold": 0})
    >>> ranges(table, share=0.8).loc["flat"].round(3).tolist()
    [-0.8, 0.8]
    """
    code, kinds = pd.factorize(table["kind"])
    band = _band(table["error"].to_numpy(dtype=float), code, len(kinds), share)
    scale = pd.Series(band.scale, index=pd.Index(kinds, dtype=object))
    scale = pd.concat([scale[scale.index != ""], pd.Series({"": band.whole})])
    return pd.DataFrame({"low": scale * band.low, "high": scale * band.high})


class _Band(NamedTuple):
    """Median size of the errors by kind (nan where there is none) and of all, and quantiles of the scaled errors."""

    scale: Floats
    whole: float
    low: float
    high: float


def _band(error: Floats, code: npt.NDArray[np.intp], kinds: int, share: float) -> _Band:
    """Return the scales and quantiles of errors whose kinds are numbered from 0."""
    few = load_parameters("price_surface").table("sales").integer("fewest_of_type")
    size = np.abs(error)
    whole = float(np.median(size))
    scale = np.full(kinds, np.nan)
    for kind in np.unique(code):
        own = size[code == kind]
        scale[kind] = (float(np.median(own)) * len(own) + whole * few) / (len(own) + few)
    score = np.sort(error / scale[code])
    count, tail = len(score), (1 - share) / 2
    tolerance = 1e-9  # of floating point: 20 × 0.1 is 2, not 1.999…
    low = score[max(int(np.floor((count + 1) * tail + tolerance)) - 1, 0)]
    high = score[min(int(np.ceil((count + 1) * (1 - tail) - tolerance)) - 1, count - 1)]
    return _Band(scale, whole, float(low), float(high))


def coverage(table: pd.DataFrame, *, share: float, only: pd.Index | None = None) -> float:
    """Return the share (0–1) of errors that lie in the range set from the errors of the other folds alone.

    ``only`` picks the errors counted; all of them set the ranges.
    """
    code, kinds = pd.factorize(table["kind"])
    error, fold = table["error"].to_numpy(dtype=float), table["fold"].to_numpy()
    asked = np.ones(len(table), dtype=bool) if only is None else table.index.isin(only)
    inside = counted = 0
    for turn in np.unique(fold[asked]):
        others, own = fold != turn, asked & (fold == turn)
        if not others.any():
            return float("nan")
        band = _band(error[others], code[others], len(kinds), share)
        scale = np.where(np.isnan(band.scale) | (kinds == ""), band.whole, band.scale)[code[own]]
        inside += int(((error[own] >= scale * band.low) & (error[own] <= scale * band.high)).sum())
        counted += int(own.sum())
    return inside / counted if counted else float("nan")


def validation_table(sales: pd.DataFrame, predictions: pd.DataFrame, used: str) -> pd.DataFrame:
    """Return the errors of every method (% and £/m²), and how often the ranges cover the sale or the scheme.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.PRICE_VALIDATION`, one row per method, what the error is of, and the homes it is
        of.
    """
    rows = [
        row | {"used": "yes" if method == used else "no"}
        for method in METHODS
        for of, kinds in ((SALE, ("all", "new build")), (SCHEME, ("not new", "new build")))
        if of == SALE or method in METHODS[:2]
        for every in [errors(sales, predictions, method, of=of)]
        for homes in kinds
        if (row := _validation_row(sales, predictions, every, method, of, homes))
    ]
    table = pd.DataFrame(rows, index=pd.RangeIndex(len(rows), name="validation"))
    return pd.DataFrame(conform(table, PRICE_VALIDATION))


def _validation_row(
    sales: pd.DataFrame, predictions: pd.DataFrame, every: pd.DataFrame, method: str, of: str, homes: str
) -> dict[str, str | float]:
    """Return one row of the validation table, of the method's errors; empty where there is no such error."""
    settings = load_parameters("price_surface").table("validation")
    new = every["new"] == 1
    part = every if homes == "all" else every[new] if homes == "new build" else every[~new]
    if part.empty:
        return {}
    row: dict[str, str | float] = {
        "method": method, "measured": of, "homes": homes, "cases": len(part),
        "blocks": int(predictions["block"].loc[part.index].nunique()) if of == SALE else len(part),
        "block_m": settings.number("block"), "median_error_percent": _median_error(part["error"]),
        "bias_percent": 100 * float(np.expm1(-part["error"].median())),
    }  # fmt: skip
    if of == SALE:
        observed = np.exp(sales.loc[part.index, "log_price"])
        row["mean_error_gbp_per_m2"] = float((observed - observed / np.exp(part["error"])).abs().mean())
    for name, share in (("", settings.number("interval")), ("wide_", settings.number("also"))):
        # a scheme's ranges are set from schemes of its own kind, a sale's from all
        covered = coverage(every, share=share, only=part.index) if of == SALE else coverage(part, share=share)
        row |= {f"{name}interval_percent": 100 * share, f"{name}coverage_percent": 100 * covered}
    return row


def _median_error(error: pd.Series) -> float:
    """Return the median error in per cent of the price observed, of logs of observed over predicted."""
    size = np.abs(np.expm1(-error.to_numpy(dtype=float)))
    return float(100 * np.median(size[np.isfinite(size)])) if np.isfinite(size).any() else float("nan")
