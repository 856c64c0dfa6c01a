"""How many homes a site holds: the register's figure, and beside it one by rule of hectares, net share and density."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import InputError, SitePriorError, unknown
from siteprior.core.parameters import Parameter, load_parameters

BASES = ("register", "rule")

WALKS = {
    "walk_m": "walk to an open rail or metro stop",
    "bus_walk_m": "walk to an open bus stop",
    "well_connected_walk_m": "walk to a well-connected station",
}
"""The distances a density class may be tied to, in metres."""

_TABLE = replace(schema.SITES, geometry=False)
_FLOAT_DUST = 9
"""Decimals kept before rounding down: 0.29 ha × 100 homes/ha is 29 homes, not the 28.999… of binary fractions."""


def capacity(
    sites: pd.DataFrame, *, profile: str, basis: str = "register", centres: pd.Series | None = None
) -> pd.DataFrame:
    """Tell the homes each site holds (homes), by the register and by rule (homes/ha × net ha).

    The rule is hectares × net share × density, rounded down. The net share falls with hectares along one unbroken
    line, so that a larger site never holds fewer homes for being larger. The density is the profile's highest whose
    tests the site is known to meet; a test that cannot be made (no timetable, no centre boundary) leaves the site at
    the next lower density, and ``rule_class_reason`` says so. What is missing stays missing: no hectares or a policy
    without a number, no homes by rule; no register figure, no capacity on the register's basis.

    Beside the capacity stands its range: the register's fewest and most net homes where it states both, else the
    fewest and the rule's; the capacity scored is always within. Without a capacity there is no range.

    Parameters
    ----------
    sites
        Sites with ``hectares``, ``minimum_net_dwellings``, ``walk_m`` and ``bus_walk_m`` (the access join adds the
        walks), and ``maximum_net_dwellings`` where the register states it; ``well_connected_walk_m``, ``access_band``
        and ``service_date`` where timetables were read.
    profile
        The policy the densities come from, one of :func:`capacity_profiles`.
    basis
        ``register`` to score the register's fewest net homes, ``rule`` to score the rule for all sites alike.
    centres
        Whether each site lies in a centre the profile speaks of (``yes``, ``no``, missing), from a layer of the
        user's own; on the sites' index. No site is known to lie in one when not given.

    Returns
    -------
    DataFrame
        ``rule_dwellings``, ``rule_density_dph``, ``rule_class``, ``rule_class_reason`` (why no denser one),
        ``capacity_dwellings``, ``capacity_low_dwellings``, ``capacity_high_dwellings``, ``capacity_basis`` on the
        index of ``sites``.

    Raises
    ------
    SitePriorError
        When the profile or basis is unknown.
    InputError
        When a column is missing, the index is not ``site_id``, or ``centres`` is not such a column.

    Notes
    -----
    Numbers and sources: ``parameters/capacity.toml``. Draft NPPF, 16 December 2025, policy L3; Dudley Local Plan DLP11
    and Sandwell Local Plan SHO3; gross-to-net after URBED, *Tapping the Potential* (unverified). The accessibility
    table of the two local plans is not held: only the profile ``black-country-by-access-band`` applies their higher
    densities, with the access band in its place, and it is a proposal of this project.

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
    >>> done.loc["b", "rule_class_reason"]
    'not well-connected: cannot tell, no timetable is read; not station: its walk to an open rail or metro stop is over 800 m'
    """  # noqa: E501 -- one line, as it is printed
    if basis not in BASES:
        raise SitePriorError(unknown("capacity basis", basis, BASES))
    policy = _profile(profile)
    schema.check(sites, _TABLE, name="sites", needs=["hectares", "minimum_net_dwellings", "walk_m", "bus_walk_m"])

    hectares = schema.as_kind(sites["hectares"], "number", sites.index)
    net = hectares.where(hectares > 0) * net_share(hectares)
    density, classed, reason = _density(_facts(sites, centres), net, policy)
    rule = _homes(net, density)
    stated = schema.as_kind(sites["minimum_net_dwellings"], "integer", sites.index)
    scored = rule if basis == "rule" else stated
    low, high = _range(scored, stated, sites.get("maximum_net_dwellings"), rule)
    named = pd.Series(basis, index=sites.index, dtype="str").where(scored.notna())
    return pd.DataFrame(
        {
            "rule_dwellings": rule,
            "rule_density_dph": density.where(rule.notna()),
            "rule_class": classed.where(rule.notna()),
            "rule_class_reason": reason,
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
    knots = np.array(load_parameters("capacity")["net_share"].value)
    share = np.interp(hectares.to_numpy(dtype=float, na_value=np.nan), knots[:, 0], knots[:, 1])
    return pd.Series(share, index=hectares.index).where(hectares.notna())


def capacity_profiles() -> pd.DataFrame:
    """List the density profiles (homes/ha), one row per access class, densest first, with test and source.

    A policy that sets no number has one row, without class and density; its test says so.

    Returns
    -------
    DataFrame
        ``profile``, ``title``, ``access_class``, ``density_dph``, ``test``, ``source``, ``date``, ``confidence``.

    Examples
    --------
    >>> capacity_profiles()["profile"].unique().tolist()
    ['nppf-2024', 'nppf-draft-2025', 'black-country', 'black-country-by-access-band', 'birmingham-tp30']
    """
    rows = []
    for name, profile in load_parameters("capacity")["profiles"].items():
        title = profile["title"].value
        if "no_figure" in profile:
            rows.append(_listed(name, title, None, np.nan, profile["no_figure"].value, profile["no_figure"]))
        for access, facts in _densest_first(profile.get("classes", {})):
            density = facts["density"]
            rows.append(_listed(name, title, access, float(density.value), _test_in_words(facts), density))
    return pd.DataFrame(rows)


def _listed(
    profile: str, title: str, access: str | None, density: float, test: str, rests_on: Parameter
) -> dict[str, Any]:
    """Return one row of the list of profiles."""
    return {
        "profile": profile, "title": title, "access_class": access, "density_dph": density, "test": test,
        "source": rests_on.source, "date": rests_on.date, "confidence": rests_on.confidence,
    }  # fmt: skip


def default_profile() -> str:
    """Return the name of the profile used where a project names none."""
    return str(load_parameters("capacity")["default_profile"].value)


def _profile(name: str) -> Mapping[str, Any]:
    """Return one profile's presets, or refuse the name with those that are known."""
    profiles: Mapping[str, Mapping[str, Any]] = load_parameters("capacity")["profiles"]
    if name not in profiles:
        raise SitePriorError(unknown("capacity profile", name, profiles))
    return profiles[name]


def _densest_first(classes: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Parameter]]]:
    """Return the access classes from the highest density down."""
    return sorted(classes.items(), key=lambda item: -float(item[1]["density"].value))


def _facts(sites: pd.DataFrame, centres: pd.Series | None) -> pd.DataFrame:
    """Return what the classes' tests ask of each site, every column there; missing where it is not known."""
    if centres is not None:
        values = centres.dropna().unique() if isinstance(centres, pd.Series) else ()
        if not isinstance(centres, pd.Series) or not centres.index.equals(sites.index):
            raise InputError("centres: needs a column (Series) on the index of the sites; reindex it to theirs")
        if wrong := sorted({str(value) for value in values} - {"yes", "no"}):
            raise InputError(f"centres: holds {', '.join(wrong[:5])}; use yes, no, or missing")
    columns = {walk: schema.as_kind(sites.get(walk), "number", sites.index) for walk in WALKS}
    columns["access_band"] = schema.as_kind(sites.get("access_band"), "text", sites.index)
    columns["service_date"] = schema.as_kind(sites.get("service_date"), "date", sites.index)
    columns["centre"] = schema.as_kind(centres, "flag", sites.index)
    return pd.DataFrame(columns)


def _density(facts: pd.DataFrame, net: pd.Series, policy: Mapping[str, Any]) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return the highest density (homes/ha) whose tests a site is known to meet, its class, and why no denser one."""
    density = pd.Series(np.nan, index=facts.index)
    classed, reason = (pd.Series(None, index=facts.index, dtype="str") for _ in range(2))
    if "no_figure" in policy:
        return density, classed, reason.fillna(f"no figure: {policy['no_figure'].value}")
    reason = reason.fillna("")
    for name, tests in _densest_first(policy["classes"]):
        missed = _missed(facts, net, tests)
        reached = density.isna() & (missed == "")
        passed_by = density.isna() & (missed != "")
        density = density.mask(reached, float(tests["density"].value))
        classed = classed.mask(reached, name)
        reason = reason.where(~passed_by, reason + f"not {name}: " + missed + "; ")
    reason = reason.str.removesuffix("; ").mask(reason == "", "no class of the profile is denser")
    return density, classed, reason.where(net.notna(), "no figure: the hectares are not known")


def _missed(facts: pd.DataFrame, net: pd.Series, tests: Mapping[str, Parameter]) -> pd.Series:
    """Say why each site is not known to meet a class's tests, the first that is not met; empty where it meets all."""
    if "cannot_tell" in tests:
        return pd.Series(f"cannot tell, {tests['cannot_tell'].value}", index=facts.index)
    why = pd.Series("", index=facts.index)
    for fault, words in _faults(facts, net, tests):
        why = why.mask((why == "") & fault, words)
    return why


def _faults(
    facts: pd.DataFrame, net: pd.Series, tests: Mapping[str, Parameter]
) -> Iterator[tuple[pd.Series, str | pd.Series]]:
    """Yield, test by test, which sites miss it or cannot be told to meet it, and why."""
    timetables = facts["service_date"].notna() | facts["access_band"].notna() | facts["well_connected_walk_m"].notna()
    if "centre" in tests:
        yield facts["centre"].isna(), "cannot tell, no layer of centres says whether it lies in one"
        yield facts["centre"] == "no", "it lies in no centre"
    if "access_bands" in tests:
        yield facts["access_band"].isna(), "cannot tell, its access band is not known"
        bands = facts["access_band"].fillna("")
        yield ~bands.isin(tests["access_bands"].value), "its access band is " + bands
    walks = [walk for walk in WALKS if walk in tests]
    if walks:
        met = pd.concat([facts[walk] <= tests[walk].value for walk in walks], axis=1).any(axis=1)
        unknown_walk = ~met & facts[walks].isna().any(axis=1)
        if "well_connected_walk_m" in walks:
            yield unknown_walk & ~timetables, "cannot tell, no timetable is read"
            yield unknown_walk, "no station is known to meet the test of well-connected"
        yield unknown_walk, f"cannot tell, its {' or '.join(WALKS[walk] for walk in walks)} is not known"
        yield ~met, f"its {' and '.join(f'{WALKS[walk]} is over {tests[walk].value} m' for walk in walks)}"
    if "from_homes" in tests:
        homes = _homes(net, pd.Series(float(tests["density"].value), index=facts.index))
        yield (
            (homes < tests["from_homes"].value).fillna(True).astype(bool),
            (f"fewer than {tests['from_homes'].value} homes at its density"),
        )


def _homes(net: pd.Series, density: pd.Series) -> pd.Series:
    """Return whole homes: net hectares × homes per net hectare, rounded down, missing where either is."""
    return pd.Series(np.floor((net * density).round(_FLOAT_DUST)), index=net.index).astype("Int64")


def _test_in_words(facts: Mapping[str, Parameter]) -> str:
    """Say in words when a class holds, or why that cannot be told."""
    if "cannot_tell" in facts:
        return f"not applied: {facts['cannot_tell'].value}"
    walks = " or ".join(f"{title} at most {facts[walk].value} m" for walk, title in WALKS.items() if walk in facts)
    bands = f"access band {', '.join(facts['access_bands'].value)}" if "access_bands" in facts else ""
    centre = "in a centre of the user's layer" if "centre" in facts else ""
    least = f"from {facts['from_homes'].value} homes" if "from_homes" in facts else ""
    return "; ".join(filter(None, (centre, bands, walks))) + (f"; {least}" if least else "") or "every other site"
