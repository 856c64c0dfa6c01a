"""How far the price surface errs: sales held out by blocks of land, and the ranges their errors give."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from siteprior.appraisal.prices.medians import area_effects, comparable_medians, plain_medians
from siteprior.appraisal.prices.model import fit_hedonic, fit_model, hedonic
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import PRICE_VALIDATION, conform

METHODS = ("model", "area median, shrunk", "area median", "median of nearest comparables")
"""What is tried; a surface uses one of the first two, the others are what it is measured against."""

SALE, SCHEME = "one sale", "mean of a block"
"""What an error is of: of a sale's £/m², or of the mean of the sales of a block."""


def blocks_of(sales: pd.DataFrame, *, block_m: float) -> Any:
    """Number the squares of ``block_m`` metres of the National Grid that hold sales, from 0, south-west first."""
    squares = np.floor(sales[["x", "y"]].to_numpy() / block_m)
    return np.unique(squares, axis=0, return_inverse=True)[1].reshape(-1)


def held_out(sales: pd.DataFrame, codes: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Predict the log of £/m² of each sale from the sales of other blocks, by each of :data:`METHODS`.

    Whole blocks are held out together, a share of them at a time; the methods never see a price of a held-out block.

    Returns
    -------
    DataFrame
        ``block``, ``fold`` and one column per method, on the index of the sales.
    """
    settings = load_parameters("price_surface")["validation"]
    block = blocks_of(sales, block_m=settings["block"].value)
    blocks = int(block.max()) + 1
    folds = min(settings["folds"].value, blocks)
    fold = (np.random.default_rng(seed).permutation(blocks) % folds)[block]
    found = pd.DataFrame({"block": block, "fold": fold}, index=sales.index)
    predicted = {method: np.full(len(sales), np.nan) for method in METHODS}
    for turn in range(folds if folds > 1 else 0):
        out = fold == turn
        train, test, told, asked = sales[~out], sales[out], codes[~out], codes[out]
        weights = fit_hedonic(train)
        shrunk = area_effects(train["log_price"] - hedonic(weights, train), told)
        predicted[METHODS[0]][out] = fit_model(train, seed=seed).predict(test)
        predicted[METHODS[1]][out] = hedonic(weights, test) + shrunk.of(asked)
        predicted[METHODS[2]][out] = plain_medians(train, told, test, asked)
        predicted[METHODS[3]][out] = comparable_medians(train, test, count=settings["comparables"].value)
    return found.assign(**predicted)


def chosen_method(sales: pd.DataFrame, tried: pd.DataFrame) -> str:
    """Return the model where its median error is less than that of every median, else the shrunk area median."""
    error = {method: _median_error(sales["log_price"] - tried[method]) for method in METHODS}
    rivals = [error[method] for method in METHODS[1:] if np.isfinite(error[method])]
    return METHODS[0] if np.isfinite(error[METHODS[0]]) and error[METHODS[0]] < min(rivals) else METHODS[1]


def errors(sales: pd.DataFrame, tried: pd.DataFrame, method: str, *, of: str) -> pd.DataFrame:
    """Return the errors (log of true over told £/m²) of a method: of each sale, or of the mean of each block's.

    Returns
    -------
    DataFrame
        ``error``, ``fold``, ``kind`` (the property type of a sale, blank of a block) and ``new`` (0 or 1). Means are
        taken over the new and over the other sales of a block, where it has enough of them.
    """
    each = pd.DataFrame(
        {
            "error": sales["log_price"] - tried[method],
            "fold": tried["fold"],
            "kind": sales["property_type"],
            "new": sales["new"].astype(int),
        }
    ).dropna(subset=["error"])
    if of == SALE:
        return each
    groups = each.groupby([tried["block"].loc[each.index], "new"])
    means = groups.agg(error=("error", "mean"), fold=("fold", "first"), count=("error", "size")).reset_index("new")
    return means[means["count"] >= load_parameters("price_surface")["validation"]["group"].value].assign(kind="")


def ranges(held: pd.DataFrame, *, share: float) -> pd.DataFrame:
    """Return the range of errors that holds the next one with the chance ``share``, by property type.

    Errors are scaled by the spread of their type (drawn to that of all where a type has few), so that one pair of
    quantiles serves all types: split-conformal prediction with signed scores.

    Returns
    -------
    DataFrame
        ``low`` and ``high``, logs to add to what is told, by ``kind``; the row ``""`` is for a type without errors.

    Notes
    -----
    Conformal quantiles with the finite-sample correction (n + 1): Vovk, Gammerman and Shafer 2005, *Algorithmic
    Learning in a Random World*; Lei et al. 2018, *Distribution-free predictive inference for regression*.

    Examples
    --------
    >>> held = pd.DataFrame({"error": [n / 10 for n in range(-9, 10)], "kind": "flat", "new": 0, "fold": 0})
    >>> ranges(held, share=0.8).loc["flat"].round(3).tolist()
    [-0.8, 0.8]
    """
    code, kinds = pd.factorize(held["kind"])
    band = _band(held["error"].to_numpy(dtype=float), code, len(kinds), share)
    scale = pd.Series(band.scale, index=pd.Index(kinds, dtype=object))
    scale = pd.concat([scale[scale.index != ""], pd.Series({"": band.whole})])
    return pd.DataFrame({"low": scale * band.low, "high": scale * band.high})


class _Band(NamedTuple):
    """Spread of the errors by kind (nan where there is none) and of all, and the two quantiles of the scaled errors."""

    scale: Any
    whole: float
    low: float
    high: float


def _band(error: Any, code: Any, kinds: int, share: float) -> _Band:
    """Return the spreads and quantiles of errors whose kinds are numbered from 0."""
    few = load_parameters("price_surface")["sales"]["fewest_of_type"].value
    size = np.abs(error)
    whole = float(np.median(size))
    scale = np.full(kinds, np.nan)
    for kind in np.unique(code):
        own = size[code == kind]
        scale[kind] = (float(np.median(own)) * len(own) + whole * few) / (len(own) + few)
    score = np.sort(error / scale[code])
    count, tail = len(score), (1 - share) / 2
    dust = 1e-9  # 20 × 0.1 is 2, not the 1.999… of binary fractions
    low = score[max(int(np.floor((count + 1) * tail + dust)) - 1, 0)]
    high = score[min(int(np.ceil((count + 1) * (1 - tail) - dust)) - 1, count - 1)]
    return _Band(scale, whole, float(low), float(high))


def coverage(held: pd.DataFrame, *, share: float, only: Any = None) -> float:
    """Return the share (0–1) of errors that lie in the range set from the errors of the other folds alone.

    ``only`` picks the errors counted; all of them set the ranges.
    """
    code, kinds = pd.factorize(held["kind"])
    error, fold = held["error"].to_numpy(dtype=float), held["fold"].to_numpy()
    asked = np.ones(len(held), dtype=bool) if only is None else held.index.isin(held.loc[only].index)
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


def validation_table(sales: pd.DataFrame, tried: pd.DataFrame, used: str) -> pd.DataFrame:
    """Return the errors of every method (% and £/m²), and how often the ranges held.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.PRICE_VALIDATION`, one row per method, what the error is of, and the homes it is
        of.
    """
    rows = [
        _validation_row(sales, tried, method, of, homes) | {"used": "yes" if method == used else "no"}
        for method in METHODS
        for of, homes in ((SALE, "all"), (SALE, "new build"), (SCHEME, "not new"), (SCHEME, "new build"))
    ]
    rows = [row for row in rows if row.get("blocks")]
    return conform(pd.DataFrame(rows, index=pd.RangeIndex(len(rows), name="validation")), PRICE_VALIDATION)


def _validation_row(sales: pd.DataFrame, tried: pd.DataFrame, method: str, of: str, homes: str) -> dict[str, Any]:
    """Return one row of the validation table; without blocks where there is no such error."""
    settings = load_parameters("price_surface")["validation"]
    held = errors(sales, tried, method, of=of)
    new = held["new"] == 1
    part = held if homes == "all" else held[new] if homes == "new build" else held[~new]
    if part.empty or (of == SCHEME and method not in METHODS[:2]):
        return {}
    row: dict[str, Any] = {
        "method": method, "measured": of, "homes": homes, "cases": len(part),
        "blocks": int(tried["block"].loc[part.index].nunique()) if of == SALE else len(part),
        "block_m": settings["block"].value, "median_error_percent": _median_error(part["error"]),
        "bias_percent": 100 * float(np.expm1(-part["error"].median())),
    }  # fmt: skip
    if of == SALE:
        paid = np.exp(sales.loc[part.index, "log_price"])
        row["mean_error_gbp_per_m2"] = float((paid - paid / np.exp(part["error"])).abs().mean())
    for name, share in (("", settings["interval"].value), ("wide_", settings["also"].value)):
        # a scheme's ranges are set from schemes of its own kind, a sale's from all
        held_to = coverage(held, share=share, only=part.index) if of == SALE else coverage(part, share=share)
        row |= {f"{name}interval_percent": 100 * share, f"{name}coverage_percent": 100 * held_to}
    return row


def _median_error(error: Any) -> float:
    """Return the median error in per cent of the price paid, of logs of paid over told."""
    size = np.abs(np.expm1(-np.asarray(error, dtype=float)))
    return float(100 * np.median(size[np.isfinite(size)])) if np.isfinite(size).any() else float("nan")
