"""What homes fetch per square metre, anywhere: fitted to sales, cross-validated by blocks of land, with a range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from siteprior.appraisal.prices.cross_validation import (
    METHODS,
    SALE,
    SCHEME,
    chosen_method,
    cross_validated,
    errors,
    ranges,
    validation_table,
)
from siteprior.appraisal.prices.medians import AreaEffects, area_codes, area_effects, sector_codes
from siteprior.appraisal.prices.model import (
    DWELLINGS,
    PriceModel,
    fit_hedonic,
    fit_model,
    hedonic,
    neighbourhood_features,
)
from siteprior.appraisal.prices.usable_sales import places_of, usable_sales
from siteprior.core import schema
from siteprior.core.errors import InputError, SitePriorError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress, progress_of
from siteprior.core.random_streams import Floats, check_seed
from siteprior.core.short_repr import short_repr

MODEL, MEDIAN = METHODS[:2]
NEEDS = ("transfer_date", "postcode", "property_type", "new_build", "floor_area_m2", "gbp_per_m2", "used")
CHUNK = 20_000
"""Points estimated at a time: bounds memory, never a result."""


@short_repr
@dataclass(frozen=True)
class PriceSurface:
    """£/m² by type and newness at any point, fitted to sales by :func:`fit_prices`.

    Attributes
    ----------
    price_date
        The day the values are of; never later than the newest sale.
    method
        What the surface rests on where nearby sales are not few: the model or the shrunk area median, whichever erred
        less in the cross-validation; blank where there are too few sales for any estimate.
    note
        Why there is no estimate at all; blank where there is.
    validation
        :data:`siteprior.core.schema.PRICE_VALIDATION`.

    Examples
    --------
    >>> import siteprior as sp
    >>> sold = {"transfer_date": pd.to_datetime(["2025-03-01"]), "postcode": ["B1 1AA"], "property_type": ["flat"],
    ...         "new_build": ["no"], "floor_area_m2": [50.0], "gbp_per_m2": [3000.0], "used": ["yes"]}
    >>> sales = gpd.GeoDataFrame(sold, index=pd.Index(["t1"], name="transaction"), crs=27700,
    ...                          geometry=gpd.points_from_xy([406000], [286000]))
    >>> surface = sp.prices.fit(sales, price_date=date(2025, 9, 1), seed=1)
    >>> surface.note  # with 200 sales or more it is blank, and the surface estimates
    'no estimate: 1 sale with a place and a floor area, 200 are needed'
    """

    price_date: date
    method: str
    note: str
    validation: pd.DataFrame
    _sales: pd.DataFrame
    _areas: gpd.GeoDataFrame | None
    _codes: pd.DataFrame
    _weights: Floats
    _effects: AreaEffects | None
    _model: PriceModel | None
    _errors: Mapping[tuple[str, str], pd.DataFrame]

    def estimate(
        self,
        points: gpd.GeoDataFrame,
        *,
        property_type: str,
        new_build: bool,
        floor_area_m2: float,
        of: str = SALE,
    ) -> pd.DataFrame:
        """Estimate the value (£/m²) of a home of this type and size at each point, with its range.

        A point's estimate never depends on which other points are asked. The value is the price half of such homes
        would pass, not their mean. The range holds a single sale with the chance of the parameter ``interval``; ``of =
        "mean of a block"`` gives the narrower range of the mean of a scheme's homes, whose luck evens out. Where too
        few blocks hold homes of that newness, the range of a single sale stays.

        Parameters
        ----------
        points
            GeoDataFrame on EPSG:27700, any index; a shape counts by its centroid.
        property_type
            ``detached``, ``semi-detached``, ``terraced`` or ``flat``.
        new_build
            Whether the home is new.
        floor_area_m2
            Its floor area.
        of
            ``one sale`` or ``mean of a block``: what the range is to hold.

        Returns
        -------
        DataFrame
            :data:`siteprior.core.schema.SITE_VALUE_COLUMNS` on the index of the points. All missing where a point has
            no
            place, lies farther than the parameter ``reach`` from every sale, or too few sales of that type or newness
            were there to learn from; ``value_basis`` is ``model`` or ``area median, shrunk``.

        Raises
        ------
        SitePriorError
            When a choice is not one of those valid, or the floor area is not above 0.
        """
        _check_question(property_type, floor_area_m2, of)
        places = places_of(points, "points")
        known = np.flatnonzero(np.isfinite(places).all(axis=1))
        table = pd.DataFrame(np.nan, index=range(len(points)), columns=["log", "low", "high", "sales"])
        basis = pd.Series(pd.NA, index=table.index, dtype="str")
        if self._answers(property_type, new_build):
            for start in range(0, len(known), CHUNK):
                rows = known[start : start + CHUNK]
                estimates = self._estimates(places[rows], property_type, new_build, floor_area_m2, of)
                table.iloc[rows] = estimates.drop(columns="basis").to_numpy(dtype=float)
                basis.iloc[rows] = estimates["basis"].to_numpy()
        logs = table.assign(low=table["log"] + table["low"], high=table["log"] + table["high"])
        return _value_columns(
            {
                "value_gbp_per_m2": np.exp(logs["log"]),
                "value_low_gbp_per_m2": np.exp(logs["low"]),
                "value_high_gbp_per_m2": np.exp(logs["high"]),
                "value_basis": basis,
                "value_sales": table["sales"],
            },
            points.index,
        )

    def _answers(self, property_type: str, new_build: bool) -> bool:
        """Return whether there were sales enough to learn from."""
        settings = load_parameters("price_surface").table("sales")
        if not self.method:
            return False
        of_type = (self._sales["property_type"] == property_type).sum() >= settings.integer("fewest_of_type")
        return bool(of_type and (not new_build or self._sales["new"].sum() >= settings.integer("fewest_new")))

    def _estimates(self, places: Floats, kind: str, new: bool, size: float, of: str) -> pd.DataFrame:
        """Return per place ``log`` £/m², the ends of its range, the nearby ``sales`` and the ``basis`` it rests on."""
        settings = load_parameters("price_surface").table("sales")
        tree = cKDTree(self._sales[["x", "y"]].to_numpy())
        distance, nearest = (np.asarray(part) for part in tree.query(places))
        nearby = np.asarray(tree.query_ball_point(places, settings.number("thin_radius"), return_length=True))
        homes = pd.DataFrame({"x": places[:, 0], "y": places[:, 1], "property_type": kind, "new": float(new)})
        homes["size"] = np.log(size / load_parameters("price_surface").table("hedonic").number("reference_size"))
        homes["years"] = float(self._sales["years"].min())  # no later than the newest sale
        homes = homes.join(neighbourhood_features(places, self._sales, own=False))
        by_model = (nearby >= settings.integer("thin_below")) & (self.method == MODEL)
        log = np.full(len(places), np.nan)
        if self._model is not None and by_model.any():
            log[by_model] = self._model.predict(homes[by_model])
        if self._effects is not None and not by_model.all():
            codes = self._codes_of(places, nearest)
            log[~by_model] = (hedonic(self._weights, homes) + self._effects.of(codes))[~by_model]
        band = np.array([self._range(method, kind, new, of) for method in (MEDIAN, MODEL)])[by_model.astype(int)]
        table = pd.DataFrame({"log": log, "low": band[:, 0], "high": band[:, 1], "sales": nearby.astype(float)})
        table["basis"] = pd.Series(np.where(by_model, MODEL, MEDIAN), index=table.index, dtype="str")
        return table.mask(pd.Series(distance > settings.number("reach"), index=table.index))

    def _codes_of(self, places: Floats, nearest: npt.NDArray[np.intp]) -> pd.DataFrame:
        """Return the areas places lie in: of the polygons given, else of the nearest sale's postcode."""
        if self._areas is not None:
            return area_codes(places, self._areas, pd.RangeIndex(len(places)))
        return self._codes.iloc[nearest].reset_index(drop=True)

    def _range(self, method: str, kind: str, new: bool, of: str) -> tuple[float, float]:
        """Return the ends of the range, to be added to the log of the value."""
        settings = load_parameters("price_surface").table("validation")
        table = self._errors[method, of]
        if of == SCHEME:
            table = table[table["new"] == int(new)]
            if len(table) < settings.integer("groups"):
                table = self._errors[method, SALE]
        if table.empty:
            return np.nan, np.nan
        band = ranges(table, share=settings.number("interval"))
        row = kind if kind in band.index else ""
        # the value stands in its range, also where the errors of the cross-validation lean to one side
        return min(float(band["low"][row]), 0.0), max(float(band["high"][row]), 0.0)


def fit_prices(
    sales: gpd.GeoDataFrame,
    *,
    price_date: date,
    seed: int,
    areas: gpd.GeoDataFrame | None = None,
    progress: Progress | bool | None = None,
) -> PriceSurface:
    """Fit £/m² of homes by place, time, type, newness and size to sales, and cross-validate it by blocks of land.

    What is fitted is the log of £/m²: a ridge regression on type, newness, size and time; trees (scikit-learn) on what
    its residuals, by place and neighbourhood; and the residuals of nearby sales. Beside it stands the area median,
    shrunk: the same regression and the median difference of the area, shrunk to that of the wider area. Blocks of land
    are left out together; the surface rests on the model only where it errs less there than every median. Deprivation
    is no input: what rests on these values is evidence of market failure, which need is not.

    Parameters
    ----------
    sales
        :data:`siteprior.core.schema.SALES`; those ``used``, with a place, a type and £/m² up to the price date count.
    price_date
        The day the values are to be of.
    seed
        Seed of the folds and the trees; the same sales in any order and the same seed give the same surface.
    areas
        :data:`siteprior.core.schema.AREAS` for the area medians (LSOA, district); without them the postcode sector and
        district of the sale, and of the nearest sale for a point.
    progress
        ``True`` counts the folds of the cross-validation on a terminal or in a notebook; a function gets one line.

    Returns
    -------
    PriceSurface
        With too few sales (parameter ``sales.fewest``) one without estimates that says why.

    Raises
    ------
    InputError
        When ``sales`` or ``areas`` is not such a table.

    Notes
    -----
    Numbers: ``parameters/price_surface.toml``. Spatial blocks: Roberts et al. 2017, *Cross-validation strategies for
    data
    with temporal, spatial, hierarchical, or phylogenetic structure*. Ranges: see
    :func:`siteprior.appraisal.prices.cross_validation.ranges`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> sales = gpd.GeoDataFrame(
    ...     {"transfer_date": pd.to_datetime(["2025-03-01"]), "postcode": ["B1 1AA"], "property_type": ["flat"],
    ...      "new_build": ["no"], "floor_area_m2": [50.0], "gbp_per_m2": [3000.0], "used": ["yes"]},
    ...     geometry=gpd.points_from_xy([406000], [286000]), crs="EPSG:27700",
    ...     index=pd.Index(["t1"], name="transaction"))
    >>> surface = fit_prices(sales, price_date=date(2025, 9, 1), seed=1)
    >>> surface.note
    'no estimate: 1 sale with a place and a floor area, 200 are needed'
    >>> surface.estimate(sales, property_type="flat", new_build=True, floor_area_m2=50)["value_gbp_per_m2"].tolist()
    [nan]
    """
    check_seed(seed)
    schema.check(sales, schema.SALES, name="sales", needs=NEEDS)
    if areas is not None:
        schema.check(areas, schema.AREAS, name="areas", needs=("district_code",))
    usable = usable_sales(sales, price_date=price_date)
    fewest = load_parameters("price_surface").table("sales").integer("fewest")
    codes = (
        sector_codes(usable["postcode"])
        if areas is None
        else area_codes(usable[["x", "y"]].to_numpy(), areas, usable.index)
    )
    usable = usable.drop(columns="postcode")
    if len(usable) < fewest:
        count = f"{len(usable)} sale{'' if len(usable) == 1 else 's'}"
        note = f"no estimate: {count} with a place and a floor area, {fewest} are needed"
        empty = schema.conform(pd.DataFrame(index=pd.RangeIndex(0, name="validation")), schema.PRICE_VALIDATION)
        return PriceSurface(price_date, "", note, empty, usable, areas, codes, np.empty(0), None, None, {})
    features = neighbourhood_features(usable[["x", "y"]].to_numpy(), usable, own=True)
    usable = pd.concat([usable, features.set_index(usable.index)], axis=1)
    predictions = cross_validated(usable, codes, seed=seed, progress=progress_of(progress))
    method = chosen_method(usable, predictions)
    weights = fit_hedonic(usable)
    return PriceSurface(
        price_date, method, "", validation_table(usable, predictions, method), usable, areas, codes, weights,
        area_effects(usable["log_price"] - hedonic(weights, usable), codes),
        fit_model(usable, seed=seed) if method == MODEL else None,
        {(name, of): errors(usable, predictions, name, of=of) for name in (MODEL, MEDIAN) for of in (SALE, SCHEME)},
    )  # fmt: skip


def site_values(
    sites: gpd.GeoDataFrame,
    surface: PriceSurface,
    *,
    mix: Mapping[str, float],
    home_size_m2: float | Mapping[str, float],
    new_build: bool = True,
) -> pd.DataFrame:
    """Estimate what homes of a mix would fetch on each site (£/m² of floor area), with the range of a scheme.

    The value of the mix is the mean over its types, weighted by their floor area; so are the ends of its range, as if
    the place were misjudged for all types alike. It is missing where the value of any type in the mix is.

    Parameters
    ----------
    sites
        Sites on EPSG:27700.
    surface
        What :func:`fit_prices` returned.
    mix
        Property type → share of the homes; the shares sum to 1.
    home_size_m2
        Floor area of a home, one for all or by property type.
    new_build
        Whether the homes are new.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SITE_VALUE_COLUMNS` on the index of the sites.

    Raises
    ------
    InputError
        When the mix names another type, does not sum to 1, or a type in it has no size.

    Examples
    --------
    >>> import siteprior as sp
    >>> sold = {"transfer_date": pd.to_datetime(["2025-03-01"]), "postcode": ["B1 1AA"], "property_type": ["flat"],
    ...         "new_build": ["no"], "floor_area_m2": [50.0], "gbp_per_m2": [3000.0], "used": ["yes"]}
    >>> sales = gpd.GeoDataFrame(sold, index=pd.Index(["t1"], name="transaction"), crs=27700,
    ...                          geometry=gpd.points_from_xy([406000], [286000]))
    >>> surface = sp.prices.fit(sales, price_date=date(2025, 9, 1), seed=1)
    >>> sites = gpd.GeoDataFrame({"site_name": ["Mill", "Depot"]}, index=pd.Index(["a", "b"], name="site_id"),
    ...                          geometry=gpd.points_from_xy([400100, 400900], [290000, 290300]), crs=27700)
    >>> values = sp.prices.site_values(sites, surface, mix={"flat": 0.4, "terraced": 0.6}, home_size_m2=72)
    >>> values["value_gbp_per_m2"].tolist()
    [nan, nan]
    """
    schema.check(sites, schema.SITES, name="sites", needs=())
    sizes = _sizes(mix, home_size_m2)
    floor = {kind: share * sizes[kind] for kind, share in mix.items() if share > 0}
    total = sum(floor.values())
    parts = {
        kind: surface.estimate(sites, property_type=kind, new_build=new_build, floor_area_m2=sizes[kind], of=SCHEME)
        for kind in floor
    }
    first = next(iter(parts.values()))
    values = {
        column.name: sum(
            (part[column.name] * (floor[kind] / total) for kind, part in parts.items()), pd.Series(0.0, first.index)
        )
        for column in schema.SITE_VALUE_COLUMNS
        if column.name.endswith("per_m2")
    }
    known = values["value_gbp_per_m2"].notna()
    for name in ("value_basis", "value_sales"):
        values[name] = first[name].where(known)
    return _value_columns(values, sites.index)


def _sizes(mix: Mapping[str, float], home_size_m2: float | Mapping[str, float]) -> dict[str, float]:
    """Return the floor area by type, or refuse the mix."""
    sizes = home_size_m2 if isinstance(home_size_m2, Mapping) else dict.fromkeys(mix, home_size_m2)
    faults = [unknown("property type", kind, DWELLINGS, where="mix") for kind in mix if kind not in DWELLINGS]
    if any(not share >= 0 for share in mix.values()) or abs(sum(mix.values()) - 1) > 1e-6:
        faults.append(f"mix: the shares {dict(mix)} need to be 0 or more and sum to 1")
    faults += [
        f"home_size_m2: needs a floor area above 0 for '{kind}', has {sizes.get(kind)}"
        for kind in mix
        if not (isinstance(sizes.get(kind), (int, float)) and sizes[kind] > 0)
    ]
    if faults:
        raise InputError(*faults)
    return {kind: float(sizes[kind]) for kind in mix}


def _check_question(property_type: str, floor_area_m2: float, of: str) -> None:
    """Refuse a question that makes no sense."""
    faults = []
    if property_type not in DWELLINGS:
        faults.append(unknown("property type", property_type, DWELLINGS))
    if of not in (SALE, SCHEME):
        faults.append(unknown("range", of, (SALE, SCHEME)))
    if not (floor_area_m2 > 0 and np.isfinite(floor_area_m2)):
        faults.append(f"floor_area_m2: {floor_area_m2} is no floor area; give square metres above 0")
    if faults:
        raise SitePriorError(*faults)


def _value_columns(values: Mapping[str, pd.Series], index: pd.Index) -> pd.DataFrame:
    """Return the declared columns, each of its kind."""
    return pd.DataFrame(
        {c.name: schema.as_kind(values[c.name].set_axis(index), c.kind, index) for c in schema.SITE_VALUE_COLUMNS}
    )
