"""What land can bear on published land values: headroom and break-even per hectare and per home, as ranges.

Headroom = residential land value − existing use value × (1 + premium), per net developable hectare. The published value
is a council's, of a typical serviced site without affordable homes: it says what clean-up, servicing, contributions and
affordable homes may take together before land is worth no more than it is, and nothing of what they do take.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.appraisal.capacity import net_share
from siteprior.appraisal.viability.inputs import ENDS, Costs
from siteprior.appraisal.viability.study_costs import viable_at_study_costs
from siteprior.core import schema
from siteprior.core.councils import council_name
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters

CAVEAT = "a council's average of a typical serviced site without affordable homes, not a valuation of this one"
"""What every basis ends with."""

DENSITIES = ("low", "medium", "high")
PENNY = 2

_SITES = ("hectares", "capacity_dwellings")
_SITES_MAY = ("jobs_use", "local_price_ratio", "value_gbp_per_m2")
_VALUES = ("residential_medium_gbp_per_ha", "existing_gbp_per_ha", "existing_from", "edition")
LAND_VALUES = schema.Table(
    "land values", "organisation", False,
    (
        *(schema.Column(f"residential_{name}_gbp_per_ha", "number", "Land for homes", f"At {name} density", "GBP/ha")
          for name in DENSITIES),
        *(schema.Column(f"density_{name}_dph", "number", "Density", f"The {name} one", "homes/ha")
          for name in DENSITIES),
        schema.Column("existing_gbp_per_ha", "number", "Existing use", "Industrial land", "GBP/ha"),
        schema.Column("existing_from", "text", "Existing use of", "The place it is of, where that is another"),
        schema.Column("edition", "text", "Edition", "The edition, and the day of valuation"),
    ),
)  # fmt: skip
"""Land values by council, as :func:`siteprior.sources.evidence.land_values.read_land_values` returns them."""


class _Land(NamedTuple):
    """What land for homes is worth per hectare at a site's density, why it is not known, and how it was found."""

    value: pd.Series
    lacking: pd.Series
    words: pd.Series


class _Ratio(NamedTuple):
    """The least, central and most a site's local price over its council's median can be, and the words for it."""

    low: pd.Series
    central: pd.Series
    high: pd.Series
    words: pd.Series


def site_headroom(
    sites: pd.DataFrame, *, land_values: pd.DataFrame | None, costs: Costs | None = None, scheme: Costs | None = None
) -> pd.DataFrame:
    """Return headroom and break-even of each site (GBP per net developable hectare, GBP per home), with their ranges.

    Parameters
    ----------
    sites
        Sites with ``hectares``, ``capacity_dwellings`` and ``land_value_council``; read where they are there:
        ``jobs_use`` (a site for employment has none), ``local_price_ratio``, ``value_gbp_per_m2``. Index ``site_id``.
    land_values
        One row per council as :func:`siteprior.sources.evidence.land_values.read_land_values` returns them; ``None``
        where none were read.
    costs
        Inputs of the user's: an existing use value with a source goes before the published industrial one.
    scheme
        Inputs of the user's: the size of a home.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SITE_HEADROOM_COLUMNS` on the index of the sites; numbers are missing where
        ``headroom_basis`` begins with ``missing``.

    Raises
    ------
    InputError
        When a table lacks a column, or holds another kind of value in it.

    Notes
    -----
    Numbers: ``parameters/land_values.toml``. The range is over the premium and over how far land moves with price: land
    value × (1 + k (r − 1)), r the local price over the council's median; where r is not known it spans the sites of the
    council. The central case has the middle premium, and the middle k.

    Examples
    --------
    >>> values = pd.DataFrame(
    ...     {"residential_medium_gbp_per_ha": 1_270_000.0, "existing_gbp_per_ha": 1_000_000.0, "existing_from": "",
    ...      "edition": "2017, valued 1 April 2017"}, index=pd.Index(["E08000025"], name="organisation"))
    >>> sites = pd.DataFrame({"hectares": [0.4], "capacity_dwellings": [20], "land_value_council": ["E08000025"],
    ...                       "local_price_ratio": [1.0]}, index=pd.Index(["a"], name="site_id"))
    >>> site_headroom(sites, land_values=values).iloc[0][:5].astype(float).tolist()
    [-30000.0, 70000.0, 270000.0, 70000.0, 1400.0]
    """
    schema.check(sites, schema.SITES.without_places(), name="sites", needs=_SITES, may_have=_SITES_MAY)
    if land_values is not None:
        if "land_value_council" not in sites:
            raise InputError("sites: lacks the column land_value_council; give the ONS code of each site's council")
        schema.check(land_values, LAND_VALUES, name="land_values", needs=_VALUES, may_have=LAND_VALUES.names)
    number = {name: schema.as_kind(sites.get(name), "number", sites.index) for name in (
        "hectares", "capacity_dwellings", "local_price_ratio", "value_gbp_per_m2")}  # fmt: skip
    hectares, homes = (number[name].where(number[name] > 0) for name in ("hectares", "capacity_dwellings"))
    homes = homes.astype("float64")
    net = (hectares * net_share(hectares)).astype("float64")
    density = homes / net
    council = schema.as_kind(sites.get("land_value_council"), "text", sites.index)
    land = _residential(council, density, land_values)
    existing = _existing(council, land_values, costs)
    ratio = _ratios(number["local_price_ratio"], council)
    lacking = _lacking(sites, hectares, homes, land, existing["central"])

    settings = load_parameters("land_values").table("headroom")
    premium = dict(zip(ENDS, settings.numbers("premium"), strict=True))
    factors = settings.numbers("price_factor")
    corners = [1 + k * (r - 1) for k in (factors[0], factors[-1]) for r in (ratio.low, ratio.high)]
    least, most = (pd.concat(corners, axis=1).agg(how, axis=1) for how in ("min", "max"))
    benchmark = existing["central"] * (1 + premium["central"])
    headroom = {
        "low": land.value * least - existing["high"] * (1 + premium["high"]),
        "central": land.value * (1 + factors[1] * (ratio.central - 1)) - benchmark,
        "high": land.value * most - existing["low"] * (1 + premium["low"]),
    }
    known = lacking == ""
    headroom = {end: values.where(known).round(PENNY) for end, values in headroom.items()}
    per_home = {end: (values.clip(lower=0) * net / homes).round(PENNY) for end, values in headroom.items()}
    size = float("nan") if scheme is None else scheme.at("central")["home_size_m2"]
    columns = {
        "headroom_low_gbp_per_ha": headroom["low"],
        "headroom_gbp_per_ha": headroom["central"],
        "headroom_high_gbp_per_ha": headroom["high"],
        "break_even_gbp_per_ha": headroom["central"].clip(lower=0),
        "break_even_gbp_per_home": per_home["central"],
        "break_even_low_gbp_per_home": per_home["low"],
        "break_even_high_gbp_per_home": per_home["high"],
        "headroom_basis": _basis(land, existing, ratio, council, land_values).where(known, "missing: " + lacking),
        "viable_at_study_costs": viable_at_study_costs(
            density=density, value_gbp_per_m2=number["value_gbp_per_m2"], home_size_m2=size,
            benchmark_gbp_per_ha=benchmark,
        ),
    }  # fmt: skip
    declared = schema.SITE_HEADROOM_COLUMNS
    return pd.DataFrame({c.name: schema.as_kind(columns[c.name], c.kind, sites.index) for c in declared})


def _numbers_of(land_values: pd.DataFrame | None, name: str, council: pd.Series) -> pd.Series:
    """Return a number of each site's council; missing where none was read."""
    if land_values is None or name not in land_values:
        return pd.Series(np.nan, index=council.index)
    return council.map(land_values[name]).astype("float64")


def _texts_of(land_values: pd.DataFrame | None, name: str, council: pd.Series) -> pd.Series:
    """Return a text of each site's council; blank where none was read."""
    if land_values is None or name not in land_values:
        return pd.Series("", index=council.index, dtype="str")
    return council.map(land_values[name]).astype("str").fillna("")


def _residential(council: pd.Series, density: pd.Series, land_values: pd.DataFrame | None) -> _Land:
    """Return the residential value at a site's density: of three densities between them, of one up to its limit."""
    values = {name: _numbers_of(land_values, f"residential_{name}_gbp_per_ha", council) for name in DENSITIES}
    densities = {name: _numbers_of(land_values, f"density_{name}_dph", council) for name in DENSITIES}
    low, medium, high = (densities[name] for name in DENSITIES)
    three = (low < medium) & (medium < high) & pd.concat(values.values(), axis=1).notna().all(axis=1)
    limit = high.where(three, load_parameters("land_values").table("headroom").number("typical_site_most"))
    upper = density > medium
    start, end = low.where(~upper, medium), medium.where(~upper, high)
    share = ((density - start) / (end - start)).clip(0, 1)
    first, last = values["low"].where(~upper, values["medium"]), values["medium"].where(~upper, values["high"])
    value = (first + share * (last - first)).where(three, values["medium"])
    dense = density > limit
    shown = density.map("{:,.1f}".format)
    edition = _texts_of(land_values, "edition", council).str.partition(",")[0]
    site = pd.Series("typical site", index=council.index, dtype="str").where(~three, "densest site")
    lacking = pd.Series("", index=council.index, dtype="str")
    above = shown + " homes per net hectare; the " + site + " of " + edition + " says nothing above "
    lacking = lacking.mask(dense, above + limit.map("{:g}".format))
    none = "the edition has no residential value for its council"
    if land_values is None:
        none = "no land values were read ([evidence] land_values)"
    elsewhere = council.isna() & (land_values is not None)
    lacking = lacking.mask(value.isna(), none).mask(elsewhere, "no council with land values lists it or has it within")
    words = ("land for homes £" + value.map("{:,.0f}".format) + "/ha").where(
        ~three, "land for homes £" + value.map("{:,.0f}".format) + "/ha at " + shown + " homes/ha"
    )
    return _Land(value.where(~dense), lacking, words)


def _existing(council: pd.Series, land_values: pd.DataFrame | None, costs: Costs | None) -> dict[str, pd.Series]:
    """Return the existing use value at its ends, and ``words``: the user's with a source, else the industrial one."""
    own = None if costs is None else costs.assumptions["euv_gbp_per_ha"]
    if costs is not None and own is not None and own.known and own.source and not costs.illustrative:
        ends = {end: pd.Series(float(getattr(own, end)), index=council.index) for end in ENDS}
        stated = f"existing use £{own.central:,.0f}/ha as stated by the user ({own.source})"
        return ends | {"words": pd.Series(stated, index=council.index, dtype="str")}
    value = _numbers_of(land_values, "existing_gbp_per_ha", council)
    area = _texts_of(land_values, "existing_from", council)
    place = (" of " + area).where(area != "", "")
    words = "industrial land" + place + " £" + value.map("{:,.0f}".format) + "/ha, taken for any present use,"
    return dict.fromkeys(ENDS, value) | {"words": words}


def _ratios(ratio: pd.Series, council: pd.Series) -> _Ratio:
    """Return the local price ratio of each site; where it is not known, the span of its council's sites."""
    settings = load_parameters("land_values").table("headroom")
    known = ratio.where((ratio > 0) & np.isfinite(ratio)).astype("float64")
    fewest, ends = settings.integer("fewest_sites"), settings.numbers("percentiles")
    shares = (ends[0] / 100, 0.5, ends[1] / 100)
    everywhere = known.dropna()
    spans = [settings.numbers("ratio_unknown")[n] if len(everywhere) < fewest else float(everywhere.quantile(share))
             for n, share in enumerate(shares)]  # fmt: skip
    by_council = known.groupby(council)
    enough = by_council.count() >= fewest
    filled = [
        known.fillna(council.map(by_council.quantile(share).where(enough))).fillna(span)
        for share, span in zip(shares, spans, strict=True)
    ]
    shown = "local price " + known.map("{:.2f}".format) + " of the council's median"
    unknown = pd.Series("local price not known, ", index=ratio.index, dtype="str") + filled[0].map("{:.2f}".format)
    unknown = unknown + " to " + filled[2].map("{:.2f}".format) + " of the council's median"
    return _Ratio(filled[0], filled[1], filled[2], shown.where(known.notna(), unknown))


def _lacking(sites: pd.DataFrame, hectares: pd.Series, homes: pd.Series, land: _Land, existing: pd.Series) -> pd.Series:
    """Return why a site has no headroom, the first reason; blank where it has one."""
    use = schema.as_kind(sites.get("jobs_use"), "text", sites.index)
    none = "the edition has no industrial value for its council, and no existing use value with a source is stated"
    lacking = land.lacking.mask((land.lacking == "") & existing.isna(), none)
    lacking = lacking.mask(homes.isna(), "its homes are not known")
    lacking = lacking.mask(hectares.isna(), "its hectares are not known")
    return lacking.mask(use.notna(), "it is for employment, and residential values say nothing of it")


def _basis(
    land: _Land, existing: dict[str, pd.Series], ratio: _Ratio, council: pd.Series, land_values: pd.DataFrame | None
) -> pd.Series:
    """Return in words what the headroom of each site rests on."""
    premium = [f"{share:.0%}" for share in load_parameters("land_values").table("headroom").numbers("premium")]
    span = f" and a premium of {premium[0]} to {premium[2]} ({premium[1]} in the central case); "
    names = council.map(council_name, na_action="ignore").astype("str").fillna("")
    edition = "MHCLG land values of " + _texts_of(land_values, "edition", council)
    return (
        edition + ": " + names + ", " + land.words + " less " + existing["words"] + span + ratio.words + "; " + CAVEAT
    )
