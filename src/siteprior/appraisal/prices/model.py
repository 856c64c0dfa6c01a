"""How £/m² is told from what a home is and where: a hedonic regression, trees on what it leaves, and the sales near by.

All works on one table of facts per sale or per question: ``x``, ``y`` (metres), ``property_type``, ``new`` (0 or 1),
``size`` (log of the floor area over the reference), ``years`` (before the price date) and the columns of
:func:`around`; sales have ``log_price``, the log of £/m². Each row's result rests on that row alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from siteprior.core.parameters import load_parameters

DWELLINGS = ("detached", "semi-detached", "terraced", "flat")
"""The property types that have a price per m²; ``other`` has none."""


@dataclass(frozen=True)
class PriceModel:
    """What was learned: the hedonic weights, the trees, and the sales with what both leave of their log £/m²."""

    weights: Any
    trees: Any
    places: Any
    left: Any

    def predict(self, facts: pd.DataFrame) -> Any:
        """Return the log of £/m² of each row."""
        return hedonic(self.weights, facts) + _grown(self.trees, facts) + self._local(facts)

    def _local(self, facts: pd.DataFrame) -> Any:
        """Return what sales near by left over, by distance, drawn to nought where there are few."""
        settings = load_parameters("price_surface")["local"]
        count = min(settings["neighbours"].value, len(self.places))
        distance, near = cKDTree(self.places).query(facts[["x", "y"]].to_numpy(), k=range(1, count + 1))
        weight = np.exp(-distance / settings["scale"].value)
        return (weight * self.left[near]).sum(axis=1) / (weight.sum(axis=1) + settings["prior"].value)


def fit_model(sales: pd.DataFrame, *, seed: int) -> PriceModel:
    """Learn the log of £/m² of the sales; the same sales in the same order give the same model.

    Parameters
    ----------
    sales
        Facts of the sales with ``log_price``.
    seed
        Seed of the trees' binning.

    Notes
    -----
    Trees: scikit-learn's HistGradientBoostingRegressor, on one thread, for sums over threads differ in the last digit.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    settings = load_parameters("price_surface")["trees"]
    weights = fit_hedonic(sales)
    left = sales["log_price"].to_numpy() - hedonic(weights, sales)
    trees = HistGradientBoostingRegressor(
        max_iter=settings["trees"].value, max_leaf_nodes=settings["leaves"].value,
        min_samples_leaf=settings["fewest_in_leaf"].value, learning_rate=settings["rate"].value,
        l2_regularization=settings["penalty"].value, early_stopping=False, random_state=seed,
    )  # fmt: skip
    with threadpool_limits(limits=1):
        trees.fit(_columns(sales), left)
    return PriceModel(weights, trees, sales[["x", "y"]].to_numpy(), left - _grown(trees, sales))


def fit_hedonic(sales: pd.DataFrame) -> Any:
    """Return the weights of a ridge regression of log £/m² on type, newness and size by type, and time."""
    settings = load_parameters("price_surface")["hedonic"]
    design = _design(sales)
    penalty = np.full(design.shape[1], float(settings["penalty"].value))
    penalty[0] = 0.0  # the level is not drawn to nought
    first = 2 + len(DWELLINGS)  # of the columns type × new, after level, types and new
    penalty[first : first + len(DWELLINGS)] = settings["new_of_type_penalty"].value
    # einsum sums in one order whatever the number of threads
    square = np.einsum("ni,nj->ij", design, design) + np.diag(penalty)
    return np.linalg.solve(square, np.einsum("ni,n->i", design, sales["log_price"].to_numpy()))


def hedonic(weights: Any, facts: pd.DataFrame) -> Any:
    """Return the log of £/m² the regression tells of each row."""
    return (_design(facts) * weights).sum(axis=1)


def around(places: Any, sales: pd.DataFrame, *, own: bool) -> pd.DataFrame:
    """Describe the neighbourhood of places by the sales nearest to them: types, newness, sizes, distances; no price.

    Parameters
    ----------
    places
        Eastings and northings.
    sales
        Facts of the sales.
    own
        Whether the places are those of the sales, row by row; a sale is no neighbour of its own.
    """
    settings = load_parameters("price_surface")["around"]
    count = settings["neighbours"].value
    ranks = [min(rank, len(sales) - 1) for rank in settings["distances"].value]
    wanted = min(max(count, *ranks), len(sales) - 1)
    distance, near = cKDTree(sales[["x", "y"]].to_numpy()).query(places, k=range(1, wanted + 2))
    if own:
        itself = near == np.arange(len(places))[:, None]
        itself[:, -1] |= ~itself.any(axis=1)  # homes at one place may crowd it out
        keep = ~itself
        distance, near = (table[keep].reshape(len(places), wanted) for table in (distance, near))
    near = near[:, : min(count, wanted)]
    kinds = sales["property_type"].to_numpy()
    found = {f"share_{kind}": (kinds == kind)[near].mean(axis=1) for kind in DWELLINGS}
    found |= {f"mean_{name}": sales[name].to_numpy()[near].mean(axis=1) for name in ("new", "size")}
    found |= {
        f"far_{rank}": np.log(distance[:, rank - 1] + 100) for rank in ranks
    }  # 100 m: within a postcode all is one
    return pd.DataFrame(found)


def _design(facts: pd.DataFrame) -> Any:
    """Return the columns of the regression: level, type, new, type × new, type × size, and time with its bends."""
    bends = load_parameters("price_surface")["hedonic"]["bends"].value
    kinds = facts["property_type"].to_numpy()
    is_kind = np.column_stack([kinds == kind for kind in DWELLINGS]).astype(float)
    new, size, years = (facts[name].to_numpy(dtype=float)[:, None] for name in ("new", "size", "years"))
    edges = np.array([0.0, *bends])
    widths = np.diff([*edges, np.inf])
    time = np.clip(years - edges, 0, widths)
    design = np.hstack([np.ones((len(facts), 1)), is_kind, new, is_kind * new, is_kind * size, time])
    return np.ascontiguousarray(design)  # so that a row is summed in the same order, whatever the rows beside it


def _columns(facts: pd.DataFrame) -> Any:
    """Return what the trees are shown."""
    kinds = facts["property_type"].to_numpy()
    shown = facts.drop(columns=["property_type", "log_price"], errors="ignore").sort_index(axis=1)
    return np.column_stack([shown.to_numpy(dtype=float), *(kinds == kind for kind in DWELLINGS)])


def _grown(trees: Any, facts: pd.DataFrame) -> Any:
    """Return what the trees add."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return trees.predict(_columns(facts))
