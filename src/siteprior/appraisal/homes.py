"""How many homes a site holds: the register's figure, and beside it one by rule of hectares, net share and density."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from siteprior import schema
from siteprior.errors import SitePriorError, unknown
from siteprior.presets import Preset, load_presets

BASES = ("register", "rule")

WALKS = {
    "walk_m": "walk to an open rail or metro stop",
    "bus_walk_m": "walk to an open bus stop",
}
"""The distances a density class may be tied to, in metres."""

_TABLE = replace(schema.SITES, geometry=False)
_FLOAT_DUST = 9
"""Decimals kept before rounding down: 0.29 ha × 100 homes/ha is 29 homes, not the 28.999… of binary fractions."""


def capacity(sites: pd.DataFrame, *, profile: str, basis: str = "register") -> pd.DataFrame:
    """Tell the homes each site holds (homes), by the register and by rule (homes/ha × net ha).

    The rule is hectares × net share × density, rounded down. The net share falls with hectares along one unbroken
    line, so that a larger site never holds fewer homes for being larger. The density is the profile's highest whose
    test the site is known to meet; a test that cannot be made (no timetable, no centre boundary) leaves the site at
    the next lower density. What is missing stays missing: no hectares, no homes by rule; no register figure, no
    capacity on the register's basis.

    Beside the capacity stands its range: the register's fewest and most net homes where it states both, else the
    fewest and the rule's; the capacity scored is always within. Without a capacity there is no range.

    Parameters
    ----------
    sites
        Sites with ``hectares``, ``minimum_net_dwellings``, ``walk_m`` and ``bus_walk_m`` (the access join adds the
        walks), and ``maximum_net_dwellings`` where the register states it.
    profile
        The policy the densities come from, one of :func:`capacity_profiles`.
    basis
        ``register`` to score the register's fewest net homes, ``rule`` to score the rule for all sites alike.

    Returns
    -------
    DataFrame
        ``rule_dwellings``, ``rule_density_dph``, ``capacity_dwellings``, ``capacity_low_dwellings``,
        ``capacity_high_dwellings``, ``capacity_basis`` on the index of ``sites``.

    Raises
    ------
    SitePriorError
        When the profile or basis is unknown.
    InputError
        When a column is missing or the index is not ``site_id``.

    Notes
    -----
    Numbers and sources: ``presets/capacity.toml``. Draft NPPF, 16 December 2025, policy L3; Dudley Local Plan DLP11
    and Sandwell Local Plan SHO3; gross-to-net after URBED, *Tapping the Potential* (unverified).

    Examples
    --------
    >>> sites = pd.DataFrame(
    ...     {"hectares": [0.4, 26.4], "minimum_net_dwellings": [None, 750], "walk_m": [500.0, 2000.0],
    ...      "bus_walk_m": [90.0, 300.0]},
    ...     index=pd.Index(["a", "b"], name="site_id"))
    >>> done = capacity(sites, profile="nppf-draft-2025")
    >>> done["rule_dwellings"].tolist(), done["capacity_dwellings"].tolist()
    ([16, 462], [<NA>, 750])
    >>> done.loc["b", ["capacity_low_dwellings", "capacity_high_dwellings"]].tolist()
    [462, 750]
    """
    if basis not in BASES:
        raise SitePriorError(unknown("capacity basis", basis, BASES))
    classes = _profile(profile)["classes"]
    needs = ["hectares", "minimum_net_dwellings", *WALKS]
    schema.check(sites, _TABLE, name="sites", needs=needs)

    hectares = schema.as_kind(sites["hectares"], "number", sites.index)
    net = hectares.where(hectares > 0) * net_share(hectares)
    density = _density(sites, net, classes)
    rule = _homes(net, density)
    stated = schema.as_kind(sites["minimum_net_dwellings"], "integer", sites.index)
    scored = rule if basis == "rule" else stated
    low, high = _range(scored, stated, sites.get("maximum_net_dwellings"), rule)
    named = pd.Series(basis, index=sites.index, dtype="str").where(scored.notna())
    return pd.DataFrame(
        {
            "rule_dwellings": rule,
            "rule_density_dph": density.where(rule.notna()),
            "capacity_dwellings": scored,
            "capacity_low_dwellings": low,
            "capacity_high_dwellings": high,
            "capacity_basis": named,
        }
    )


def _range(scored: pd.Series, fewest: pd.Series, most: Any, rule: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the lowest and highest homes a site may hold, about the figure scored; missing where none is scored."""
    most = schema.as_kind(most, "integer", scored.index)
    both = (most >= fewest).fillna(False).astype(bool)  # a "most" below the fewest says nothing
    figures = pd.DataFrame({"scored": scored, "one": fewest, "other": most.where(both, rule)}).astype("float64")
    known = scored.notna()
    low, high = (figures.agg(end, axis=1).where(known).astype("Int64") for end in ("min", "max"))
    return low, high


def net_share(hectares: pd.Series) -> pd.Series:
    """Return the share of a site that carries homes (0–1) for its hectares, along the preset's unbroken line.

    Examples
    --------
    >>> net_share(pd.Series([0.2, 0.8, 6.0, 40.0])).tolist()
    [1.0, 0.9375, 0.6875, 0.5]
    """
    knots = np.array(load_presets("capacity")["net_share"].value)
    share = np.interp(hectares.to_numpy(dtype=float, na_value=np.nan), knots[:, 0], knots[:, 1])
    return pd.Series(share, index=hectares.index).where(hectares.notna())


def capacity_profiles() -> pd.DataFrame:
    """List the density profiles (homes/ha), one row per access class, densest first, with test and source.

    Returns
    -------
    DataFrame
        ``profile``, ``title``, ``access_class``, ``density_dph``, ``test``, ``source``, ``date``, ``confidence``.

    Examples
    --------
    >>> capacity_profiles()["profile"].unique().tolist()
    ['nppf-draft-2025', 'black-country', 'birmingham-tp30']
    """
    rows = [
        {
            "profile": name,
            "title": profile["title"].value,
            "access_class": access,
            "density_dph": facts["density"].value,
            "test": _test_in_words(facts),
            "source": facts["density"].source,
            "date": facts["density"].date,
            "confidence": facts["density"].confidence,
        }
        for name, profile in load_presets("capacity")["profiles"].items()
        for access, facts in _densest_first(profile["classes"])
    ]
    return pd.DataFrame(rows)


def default_profile() -> str:
    """Return the name of the profile used where a project names none."""
    return str(load_presets("capacity")["default_profile"].value)


def _profile(name: str) -> Mapping[str, Any]:
    """Return one profile's presets, or refuse the name with those that are known."""
    profiles: Mapping[str, Mapping[str, Any]] = load_presets("capacity")["profiles"]
    if name not in profiles:
        raise SitePriorError(unknown("capacity profile", name, profiles))
    return profiles[name]


def _densest_first(classes: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Preset]]]:
    """Return the access classes from the highest density down."""
    return sorted(classes.items(), key=lambda item: -float(item[1]["density"].value))


def _density(sites: pd.DataFrame, net: pd.Series, classes: Mapping[str, Any]) -> pd.Series:
    """Return the highest density (homes/ha) whose test each site is known to meet; a missing walk meets none."""
    density = pd.Series(np.nan, index=sites.index)
    for _, facts in _densest_first(classes):
        if "cannot_tell" in facts:
            continue
        walks = [column for column in WALKS if column in facts]
        met = pd.Series(not walks, index=sites.index)
        for column in walks:
            walk = schema.as_kind(sites[column], "number", sites.index)
            met |= walk <= facts[column].value
        homes = _homes(net, pd.Series(float(facts["density"].value), index=sites.index))
        if "from_homes" in facts:
            met &= (homes >= facts["from_homes"].value).fillna(False).astype(bool)
        density = density.where(density.notna() | ~met, float(facts["density"].value))
    return density


def _homes(net: pd.Series, density: pd.Series) -> pd.Series:
    """Return whole homes: net hectares × homes per net hectare, rounded down, missing where either is."""
    return pd.Series(np.floor((net * density).round(_FLOAT_DUST)), index=net.index).astype("Int64")


def _test_in_words(facts: Mapping[str, Preset]) -> str:
    """Say in words when a class holds, or why that cannot be told."""
    if "cannot_tell" in facts:
        return f"not applied: {facts['cannot_tell'].value}"
    walks = [f"{WALKS[column]} at most {facts[column].value} m" for column in WALKS if column in facts]
    words = " or ".join(walks) or "every other site"
    return f"{words}; from {facts['from_homes'].value} homes" if "from_homes" in facts else words
