"""What buying the land may cost: what an owner may ask for it, from the appraisal or from published values.

An owner need not sell below the benchmark land value (existing use value and a premium), and can expect the residual
land value where that is more: the land is then worth it to another buyer. Without an appraisal the published existing
use value with the premium stands for it; what homes would be worth is then not in it. Clean-up, fees and tax are not in
it either: a programme adds the columns it names.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteprior.core import schema
from siteprior.core.parameters import load_parameters

PENNY = 2
_SITES = ("hectares", "benchmark_land_value_gbp", "residual_land_value_gbp", "viability_basis")
_SITES_MAY = ("land_value_existing_gbp_per_ha", "land_value_edition", "headroom_basis")


def acquisition_cost(sites: pd.DataFrame) -> pd.DataFrame:
    """Return what buying each site's land may cost (GBP), and what the figure rests on.

    Parameters
    ----------
    sites
        Sites with ``hectares`` and the columns ``benchmark_land_value_gbp``, ``residual_land_value_gbp`` and
        ``viability_basis`` of :func:`siteprior.appraisal.viability.site_viability`; read where they are there:
        ``land_value_existing_gbp_per_ha`` and ``land_value_edition``. Index ``site_id``.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SITE_ACQUISITION_COLUMNS` on the index of the sites; missing where
        ``acquisition_basis`` begins with ``missing``.

    Raises
    ------
    InputError
        When a column is lacking or holds another kind of value.

    Notes
    -----
    Planning practice guidance, *Viability*: the benchmark land value is the existing use value plus a premium. The
    premium on published values: parameter ``headroom.premium`` of ``parameters/land_values.toml``, its middle.

    Examples
    --------
    >>> sites = pd.DataFrame({"hectares": [2.0, 1.0], "benchmark_land_value_gbp": [1_200_000.0, None],
    ...     "residual_land_value_gbp": [3_000_000.0, None], "viability_basis": ["user assumptions", "missing: prices"],
    ...     "land_value_existing_gbp_per_ha": [1e6, 1e6]}, index=pd.Index(["a", "b"], name="site_id"))
    >>> acquisition_cost(sites)["acquisition_cost_gbp"].tolist()
    [3000000.0, 1200000.0]
    """
    schema.check(sites, schema.SITES.without_places(), name="sites", needs=_SITES, may_have=_SITES_MAY)
    number = {
        name: schema.as_kind(sites.get(name), "number", sites.index).astype("float64")
        for name in (*_SITES[:3], "land_value_existing_gbp_per_ha")
    }
    hectares = number["hectares"].where(number["hectares"] > 0)
    benchmark, residual = number["benchmark_land_value_gbp"], number["residual_land_value_gbp"]
    premium = float(load_parameters("land_values").table("headroom").numbers("premium")[1])
    published = hectares * number["land_value_existing_gbp_per_ha"] * (1 + premium)
    appraised = benchmark.notna() & residual.notna()
    cost = benchmark.where(benchmark >= residual, residual).where(appraised, published)
    basis = np.select(
        [appraised & (residual > benchmark), appraised, published.notna(), hectares.isna()],
        [
            "residual land value, above the benchmark: " + _text(sites, "viability_basis"),
            "benchmark land value: " + _text(sites, "viability_basis"),
            f"published existing use value and {premium:.0%} premium, without what homes would be worth: edition "
            + _text(sites, "land_value_edition"),
            "missing: hectares",
        ],
        "missing: a residual appraisal (its costs and prices), and a published land value",
    )
    return pd.DataFrame(
        {
            "acquisition_cost_gbp": cost.round(PENNY),
            "acquisition_basis": pd.Series(basis, index=sites.index, dtype="str"),
        },
        index=sites.index,
    )


def _text(sites: pd.DataFrame, name: str) -> pd.Series:
    """Return a column of texts, ``not stated`` where blank."""
    return schema.as_kind(sites.get(name), "text", sites.index).fillna("not stated")
