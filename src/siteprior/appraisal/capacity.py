"""How many homes a site takes: the register's figure, and beside it one by rule of hectares, net share and density."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import InputError, SitePriorError, unknown
from siteprior.core.parameters import Parameter, Parameters, load_parameters

BASES = ("register", "rule")

WALKS = {
    "walk_m": "walk to an open rail or metro stop",
    "bus_walk_m": "walk to an open bus stop",
    "well_connected_walk_m": "walk to a well-connected station",
}
"""The distances a density class may be tied to, in metres."""

_TABLE = schema.SITES.without_places()
_DECIMALS = 9
"""Floating-point tolerance before rounding down: 0.29 ha × 100 homes/ha is 29 homes, not 28.999…"""


def homes_capacity(
    sites: pd.DataFrame, *, profile: str | None = None, basis: str = "register", centres: pd.Series | None = None
) -> pd.DataFrame:
    """Return the capacity of each site (homes), by the register and by rule (homes/ha × net ha).

    The rule is hectares × net share × density, rounded down. The net share falls with hectares along one unbroken
    line, so that a larger site never has fewer homes for being larger. The density is the profile's highest whose
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
        The policy the densities come from, one of :func:`capacity_profiles`; :func:`default_profile` by default.
    basis
        ``register`` to score the register's fewest net homes, ``rule`` to score the rule for all sites alike.
    centres
        Whether each site lies in a centre of the profile (``yes``, ``no``, missing), from a layer of the
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
    table of the two local plans is not at hand: only the profile ``black-country-by-access-band`` applies their higher
    densities, with the access band in its place, and it is a proposal of this project.

    Examples
    --------
    >>> sites = pd.DataFrame(
    ...     {"hectares": [0.4, 26.4], "minimum_net_dwellings": [None, 750], "walk_m": [500.0, 2000.0],
    ...      "bus_walk_m": [90.0, 300.0]},
    ...     index=pd.Index(["a", "b"], name="site_id"))
    >>> done = homes_capacity(sites, profile="nppf-draft-2025")
    >>> done["rule_dwellings"].tolist(), done["capacity_dwellings"].tolist()
    ([16, 462], [<NA>, 750])
    >>> done.loc["b", ["capacity_low_dwellings", "capacity_high_dwellings"]].tolist()
    [462, 750]
    >>> done.loc["b", "rule_class_reason"]
    'not well-connected: cannot tell, no timetable is read; not station: its walk to an open rail or metro stop is over 800 m'
    """  # noqa: E501 -- one line, as it is printed
    if basis not in BASES:
        raise SitePriorError(unknown("capacity basis", basis, BASES))
    policy = _profile(default_profile() if profile is None else profile)
    may_have = ("maximum_net_dwellings", *WALKS, "access_band", "service_date")
    needs = ("hectares", "minimum_net_dwellings", "walk_m", "bus_walk_m")
    schema.check(sites, _TABLE, name="sites", needs=needs, may_have=may_have)

    hectares = schema.as_kind(sites["hectares"], "number", sites.index)
    net = hectares.where(hectares > 0) * net_share(hectares)
    densities = _densities(_attributes(sites, centres), net, policy)
    rule = _homes(net, densities.density)
    stated = schema.as_kind(sites["minimum_net_dwellings"], "integer", sites.index)
    scored = rule if basis == "rule" else stated
    most = schema.as_kind(sites.get("maximum_net_dwellings"), "integer", sites.index)
    ends = _range(scored, stated, most, rule)
    named = pd.Series(basis, index=sites.index, dtype="str").where(scored.notna())
    return pd.DataFrame(
        {
            "rule_dwellings": rule,
            "rule_density_dph": densities.density.where(rule.notna()),
            "rule_class": densities.access_class.where(rule.notna()),
            "rule_class_reason": densities.reason,
            "capacity_dwellings": scored,
            "capacity_low_dwellings": ends["low"],
            "capacity_high_dwellings": ends["high"],
            "capacity_basis": named,
        }
    )


def _range(scored: pd.Series, fewest: pd.Series, most: pd.Series, rule: pd.Series) -> dict[str, pd.Series]:
    """Return the ``low`` and ``high`` homes of each site, about the figure scored; missing where none is scored."""
    both = (most >= fewest).fillna(False).astype(bool)  # a "most" below the fewest says nothing
    figures = pd.DataFrame({"scored": scored, "one": fewest, "other": most.where(both, rule)}).astype("float64")
    known = scored.notna()
    ends = {"low": figures.min(axis=1), "high": figures.max(axis=1)}
    return {end: homes.where(known).astype("Int64") for end, homes in ends.items()}


def net_share(hectares: pd.Series) -> pd.Series:
    """Return the share of a site that carries homes (0–1) for its hectares, along the parameter's unbroken line.

    Examples
    --------
    >>> net_share(pd.Series([0.2, 0.8, 6.0, 40.0])).tolist()
    [1.0, 0.9375, 0.6875, 0.5]
    """
    knots = np.array(load_parameters("capacity").parameter("net_share").value)
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
    for name, profile in load_parameters("capacity").table("profiles").tables().items():
        listed: list[tuple[str | None, float, str, Parameter]] = []
        if "no_figure" in profile:
            listed.append((None, np.nan, profile.text("no_figure"), profile.parameter("no_figure")))
        for access, tests in _densest_first(profile):
            listed.append((access, float(tests.number("density")), _test_in_words(tests), tests.parameter("density")))
        rows += [
            {
                "profile": name, "title": profile.text("title"), "access_class": access, "density_dph": density,
                "test": test, "source": rests_on.source, "date": rests_on.date, "confidence": rests_on.confidence,
            }
            for access, density, test, rests_on in listed
        ]  # fmt: skip
    return pd.DataFrame(rows)


def default_profile() -> str:
    """Return the name of the profile used where a project names none.

    Examples
    --------
    >>> default_profile() in set(capacity_profiles()["profile"])
    True
    """
    return load_parameters("capacity").text("default_profile")


def _profile(name: str) -> Parameters:
    """Return one profile's parameters, or refuse the name with those that are known."""
    profiles = load_parameters("capacity").table("profiles")
    if name not in profiles:
        raise SitePriorError(unknown("capacity profile", name, profiles))
    return profiles.table(name)


def _densest_first(profile: Parameters) -> list[tuple[str, Parameters]]:
    """Return the access classes of a profile from the highest density down; none where it has none."""
    classes = profile.table("classes").tables() if "classes" in profile else {}
    return sorted(classes.items(), key=lambda item: -float(item[1].number("density")))


def _attributes(sites: pd.DataFrame, centres: pd.Series | None) -> pd.DataFrame:
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


class _Densities(NamedTuple):
    """The highest density (homes/ha) whose tests a site is known to meet, its class, and why no denser one."""

    density: pd.Series
    access_class: pd.Series
    reason: pd.Series


def _densities(facts: pd.DataFrame, net: pd.Series, policy: Parameters) -> _Densities:
    """Return the density of each site under a policy."""
    density = pd.Series(np.nan, index=facts.index)
    classed, reason = (pd.Series(None, index=facts.index, dtype="str") for _ in range(2))
    if "no_figure" in policy:
        return _Densities(density, classed, reason.fillna(f"no figure: {policy.text('no_figure')}"))
    reason = reason.fillna("")
    for name, tests in _densest_first(policy):
        missed = _missed(facts, net, tests)
        reached = density.isna() & (missed == "")
        passed_by = density.isna() & (missed != "")
        density = density.mask(reached, float(tests.number("density")))
        classed = classed.mask(reached, name)
        reason = reason.where(~passed_by, reason + f"not {name}: " + missed + "; ")
    reason = reason.str.removesuffix("; ").mask(reason == "", "no class of the profile is denser")
    return _Densities(density, classed, reason.where(net.notna(), "no figure: the hectares are not known"))


def _missed(facts: pd.DataFrame, net: pd.Series, tests: Parameters) -> pd.Series:
    """Return why each site is not known to meet a class's tests, the first test not met; empty where it meets all."""
    if "cannot_tell" in tests:
        return pd.Series(f"cannot tell, {tests.text('cannot_tell')}", index=facts.index)
    why = pd.Series("", index=facts.index)
    for fault, words in _faults(facts, net, tests):
        why = why.mask((why == "") & fault, words)
    return why


def _faults(facts: pd.DataFrame, net: pd.Series, tests: Parameters) -> Iterator[tuple[pd.Series, str | pd.Series]]:
    """Yield, test by test, which sites miss it or are not known to meet it, and why."""
    timetables = facts["service_date"].notna() | facts["access_band"].notna() | facts["well_connected_walk_m"].notna()
    if "centre" in tests:
        yield facts["centre"].isna(), "cannot tell, no layer of centres says whether it lies in one"
        yield facts["centre"] == "no", "it lies in no centre"
    if "access_bands" in tests:
        yield facts["access_band"].isna(), "cannot tell, its access band is not known"
        bands = facts["access_band"].fillna("")
        yield ~bands.isin(tests.texts("access_bands")), "its access band is " + bands
    walks = [walk for walk in WALKS if walk in tests]
    if walks:
        met = pd.concat([facts[walk] <= tests.number(walk) for walk in walks], axis=1).any(axis=1)
        unknown_walk = ~met & facts[walks].isna().any(axis=1)
        if "well_connected_walk_m" in walks:
            yield unknown_walk & ~timetables, "cannot tell, no timetable is read"
            yield unknown_walk, "no station is known to meet the test of well-connected"
        yield unknown_walk, f"cannot tell, its {' or '.join(WALKS[walk] for walk in walks)} is not known"
        yield ~met, f"its {' and '.join(f'{WALKS[walk]} is over {tests.number(walk)} m' for walk in walks)}"
    if "from_homes" in tests:
        homes = _homes(net, pd.Series(float(tests.number("density")), index=facts.index))
        fewest = tests.integer("from_homes")
        yield (homes < fewest).fillna(True).astype(bool), f"fewer than {fewest} homes at its density"


def _homes(net: pd.Series, density: pd.Series) -> pd.Series:
    """Return whole homes: net hectares × homes per net hectare, rounded down, missing where either is."""
    return pd.Series(np.floor((net * density).round(_DECIMALS)), index=net.index).astype("Int64")


def _test_in_words(tests: Parameters) -> str:
    """Return in words when a class applies, or why that is not known."""
    if "cannot_tell" in tests:
        return f"not applied: {tests.text('cannot_tell')}"
    walks = " or ".join(f"{title} at most {tests.number(walk)} m" for walk, title in WALKS.items() if walk in tests)
    bands = f"access band {', '.join(tests.texts('access_bands'))}" if "access_bands" in tests else ""
    centre = "in a centre of the user's layer" if "centre" in tests else ""
    least = f"from {tests.integer('from_homes')} homes" if "from_homes" in tests else ""
    return "; ".join(filter(None, (centre, bands, walks))) + (f"; {least}" if least else "") or "every other site"
