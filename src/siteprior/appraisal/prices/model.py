"""£/m² predicted from what a home is and where: a hedonic regression, boosted trees on its residuals, and nearby sales.

All works on one table of attributes per sale or per question: ``x``, ``y`` (metres), ``property_type``, ``new`` (0 or
1), ``size`` (log of the floor area over the reference), ``years`` (before the price date) and the columns of
:func:`neighbourhood_features`; sales have ``log_price``, the log of £/m². Each row's result rests on that row alone.

scikit-learn gives the folds and the trees; a type's columns of 0 and 1 are one comparison. Three parts are numpy and
scipy, for with scikit-learn's estimators published prices would change. Measured on 2,166 sales of the West Midlands,
each part timed alone:

- ``Ridge`` on columns scaled by their penalties: log £/m² differs by up to 4e-13 (under 1e-8 £/m², in 99.9% of the
  rows), and its sums depend on the number of threads; 2.5 ms against 2.2 ms.
- ``SplineTransformer`` (degree 1) penalises heights at the knots where here slopes between them are shrunk: up to
  0.29 in log £/m² at the ends of the years, 0.0003 on the median sale.
- ``KNeighborsRegressor`` and ``NearestNeighbors`` choose other sales where several lie equally far, as all of a
  postcode do: up to 0.0009 in log £/m², in 44% of the rows; 40 ms against 42 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from siteprior.core.parameters import load_parameters
from siteprior.core.random_streams import Floats
from siteprior.project.names import PROPERTY_TYPES

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor

DWELLINGS = PROPERTY_TYPES
"""The property types that have a price per m²; ``other`` has none."""


@dataclass(frozen=True)
class PriceModel:
    """A fitted model: the hedonic weights, the trees, and the sales with the residuals of their log £/m².

    Attributes
    ----------
    weights
        Of :func:`fit_hedonic`.
    trees
        scikit-learn's regressor, fitted to the residuals of the regression.
    places
        Eastings and northings of the sales (m).
    residuals
        Log £/m² of the sales less what regression and trees predict.
    """

    weights: Floats
    trees: HistGradientBoostingRegressor
    places: Floats
    residuals: Floats

    def predict(self, homes: pd.DataFrame) -> Floats:
        """Return the log of £/m² of each row."""
        return hedonic(self.weights, homes) + predict_trees(self.trees, homes) + self._local(homes)

    def _local(self, homes: pd.DataFrame) -> Floats:
        """Return the mean residual of nearby sales, weighted by distance and shrunk to zero where there are few."""
        settings = load_parameters("price_surface").table("local")
        count = min(settings.integer("neighbours"), len(self.places))
        distance, near = cKDTree(self.places).query(homes[["x", "y"]].to_numpy(), k=range(1, count + 1))
        weight = np.exp(-np.asarray(distance) / settings.number("scale"))
        total = (weight * self.residuals[near]).sum(axis=1)
        return np.asarray(total / (weight.sum(axis=1) + settings.number("prior")))


def fit_model(sales: pd.DataFrame, *, seed: int) -> PriceModel:
    """Fit the log of £/m² of the sales; the same sales in the same order give the same model.

    Parameters
    ----------
    sales
        Attributes of the sales with ``log_price``.
    seed
        Seed of the trees' binning.

    Notes
    -----
    Trees: scikit-learn's HistGradientBoostingRegressor, on one thread, for sums over threads differ in the last digit.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    settings = load_parameters("price_surface").table("trees")
    weights = fit_hedonic(sales)
    residuals = sales["log_price"].to_numpy() - hedonic(weights, sales)
    trees = HistGradientBoostingRegressor(
        max_iter=settings.integer("max_iter"), max_leaf_nodes=settings.integer("max_leaf_nodes"),
        min_samples_leaf=settings.integer("min_samples_leaf"), learning_rate=settings.number("learning_rate"),
        l2_regularization=settings.number("l2_regularization"), early_stopping=False, random_state=seed,
    )  # fmt: skip
    with threadpool_limits(limits=1):
        trees.fit(tree_features(sales), residuals)
    return PriceModel(weights, trees, sales[["x", "y"]].to_numpy(), residuals - predict_trees(trees, sales))


def fit_hedonic(sales: pd.DataFrame) -> Floats:
    """Return the weights of a ridge regression of log £/m² on type, newness and size by type, and time."""
    settings = load_parameters("price_surface").table("hedonic")
    design = design_matrix(sales)
    penalty = np.full(design.shape[1], float(settings.number("penalty")))
    penalty[0] = 0.0  # the intercept is not shrunk
    first = 2 + len(DWELLINGS)  # of the columns type × new, after intercept, types and new
    penalty[first : first + len(DWELLINGS)] = settings.number("new_of_type_penalty")
    # einsum sums in one order whatever the number of threads; see the module's docstring on Ridge
    square = np.einsum("ni,nj->ij", design, design) + np.diag(penalty)
    return np.linalg.solve(square, np.einsum("ni,n->i", design, sales["log_price"].to_numpy()))


def hedonic(weights: Floats, homes: pd.DataFrame) -> Floats:
    """Return the log of £/m² the regression predicts for each row."""
    return np.asarray((design_matrix(homes) * weights).sum(axis=1))


def predict_trees(trees: HistGradientBoostingRegressor, homes: pd.DataFrame) -> Floats:
    """Return what the trees add to the regression's log of £/m²."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return np.asarray(trees.predict(tree_features(homes)))


def neighbourhood_features(places: Floats, sales: pd.DataFrame, *, own: bool) -> pd.DataFrame:
    """Describe the neighbourhood of places by the nearest sales: shares of types and of new, mean size, log distances.

    No price is among the features.

    Parameters
    ----------
    places
        Eastings and northings.
    sales
        Attributes of the sales.
    own
        Whether the places are those of the sales, row by row; a sale is no neighbour of its own.
    """
    settings = load_parameters("price_surface").table("neighbourhood")
    count = settings.integer("neighbours")
    ranks = [min(int(rank), len(sales) - 1) for rank in settings.numbers("distances")]
    wanted = min(max(count, *ranks), len(sales) - 1)
    queried = cKDTree(sales[["x", "y"]].to_numpy()).query(places, k=range(1, wanted + 2))
    distance, near = np.asarray(queried[0]), np.asarray(queried[1])
    if own:
        itself = near == np.arange(len(places))[:, None]
        itself[:, -1] |= ~itself.any(axis=1)  # homes at one place may crowd it out
        distance, near = (table[~itself].reshape(len(places), wanted) for table in (distance, near))
    near = near[:, : min(count, wanted)]
    kinds = sales["property_type"].to_numpy()
    features = {f"share_{kind}": (kinds == kind)[near].mean(axis=1) for kind in DWELLINGS}
    features |= {f"mean_{name}": sales[name].to_numpy()[near].mean(axis=1) for name in ("new", "size")}
    # 100 m: within a postcode all sales stand at one point
    features |= {f"far_{rank}": np.log(distance[:, rank - 1] + 100) for rank in ranks}
    return pd.DataFrame(features)


def design_matrix(homes: pd.DataFrame) -> Floats:
    """Return the regression's columns: intercept, type, new, type × new, type × size, and time piecewise linear."""
    knots = load_parameters("price_surface").table("hedonic").numbers("knots")
    is_kind = _types(homes)
    new, size, years = (homes[name].to_numpy(dtype=float)[:, None] for name in ("new", "size", "years"))
    edges = np.array([0.0, *knots])
    time = np.clip(years - edges, 0, np.diff([*edges, np.inf]))
    design = np.hstack([np.ones((len(homes), 1)), is_kind, new, is_kind * new, is_kind * size, time])
    return np.ascontiguousarray(design)  # so that a row is summed in the same order, whatever the rows beside it


def tree_features(homes: pd.DataFrame) -> Floats:
    """Return the trees' columns: every number of a home in the order of the names, then its type as 0 and 1."""
    numbers = sorted(set(homes.columns) - {"property_type", "log_price"})
    return np.hstack([homes[numbers].to_numpy(dtype=np.float64), _types(homes)])


def _types(homes: pd.DataFrame) -> Floats:
    """Return the property type as one column of 0 and 1 per dwelling, in the order declared."""
    return (homes["property_type"].to_numpy(dtype=object)[:, None] == np.array(DWELLINGS, dtype=object)).astype(float)
