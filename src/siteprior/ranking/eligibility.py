"""Which sites may be ranked: the gates that stand, applied, and those that the range of a number leaves open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import pandas as pd

from siteprior.core import schema
from siteprior.core.arguments import day_of, mapping_of
from siteprior.core.errors import InputError
from siteprior.project.gates_weights import GateSetting, gate_faults
from siteprior.ranking.check_numbers import on_same_sites
from siteprior.ranking.gates import Gate, Reasons, known_gates
from siteprior.ranking.opportunities import SIZES, admitted_together, largest_member

_TABLE = schema.SITES.without_places()


def apply_gates(
    sites: pd.DataFrame,
    *,
    gates: Mapping[str, GateSetting],
    as_of: date,
    registry: Mapping[str, Gate] | None = None,
    together: pd.Series | None = None,
    likely_twice: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return which sites may be ranked (yes or no), and for the others every reason why not.

    A site that cannot be shown to pass does not pass: no size at all gives ``size_unknown``, a place without any
    counted corridor stop ``corridor_walk_unknown``. A site without a place is refused for that alone among the gates
    of place. Gates of size, those that read hectares or homes, ask the opportunity: the members that pass all other
    gates, taken together.

    Parameters
    ----------
    sites
        Sites with the columns the gates need (areas and corridors joined).
    gates
        GateSettings from the default, by gate code: ``False`` takes a gate away, ``True`` puts it up, a number replaces
        its one threshold, a mapping replaces thresholds by name. Gates not named stand as ``gate_table`` says.
    as_of
        The day on which an end date is past.
    registry
        The gates there are, with those of :func:`siteprior.ranking.user_layers.user_gates` where a project has any.
    together
        The opportunity of each site (``opportunity_id``); each stands alone when ``None``.
    likely_twice
        Pairs ``site_a``, ``site_b`` that are likely one site on two lists, and count once in an opportunity.

    Returns
    -------
    DataFrame
        ``eligible`` (``yes`` or ``no``) and ``gate_reasons`` (codes joined by ``; ``, missing where eligible), on the
        index of ``sites``; with ``together`` also ``ranked_as``, the largest eligible member of its opportunity, and
        ``counted_in``, the larger listing of a member that is listed twice.

    Raises
    ------
    InputError
        When a gate or threshold is unknown, or a setting is not one a gate takes, all of them at once; when a column is
        missing or holds what it cannot, the index is not ``site_id``, or ``as_of`` is no day.

    Notes
    -----
    Size: SI 2017/403, at least 0.25 ha or 5 dwellings. The larger of the register's two figures of homes counts, for
    the regulations ask what the land is capable of.

    Examples
    --------
    >>> sites = schema.conform(pd.DataFrame(
    ...     {"easting": [4e5, 4e5], "northing": [3e5, 3e5], "lsoa_code": ["E01000001"] * 2, "hectares": [0.3, 0.1],
    ...      "minimum_net_dwellings": [3, 4], "corridor_walk_m": [200.0, 1200.0]},
    ...     index=pd.Index(["a", "b"], name="site_id")), schema.SITES)
    >>> gated = apply_gates(sites, gates={"beyond_corridor_walk": 1600}, as_of=date(2021, 1, 1))
    >>> gated.reset_index()
      site_id eligible gate_reasons
    0       a      yes          NaN
    1       b       no    too_small
    """
    registry = known_gates(registry)
    settings = _settings(gates, registry)
    needs = [column for code in settings for column in registry[code].needs]
    schema.check(sites, _TABLE, name="sites", needs=dict.fromkeys(needs))
    if likely_twice is not None:
        schema.check(likely_twice, schema.DUPLICATES, name="likely_twice", needs=("site_a", "site_b"))
    day = day_of(as_of, name="as_of")

    def masks(table: pd.DataFrame, codes: list[str]) -> dict[str, Reasons]:
        return {
            code: _masks(
                code, registry[code].test(table, day, settings[code]), sites.index, (code, *registry[code].unknown)
            )
            for code in codes
        }

    of_size = [code for code in settings if set(registry[code].needs) & set(SIZES)]
    found = masks(sites, [code for code in settings if code not in of_size])
    if together is None:
        return _verdicts(found | masks(sites, of_size), settings, sites.index)
    schema.check(sites, _TABLE, name="sites", needs=SIZES)
    refused = _verdicts(found, [code for code in settings if code in found], sites.index)["eligible"] == "no"
    named = on_same_sites(together.to_frame("together"), sites.index, name="together", of="sites")["together"]
    admitted = named.mask(refused)
    sizes = admitted_together(sites, admitted, likely_twice)
    asked = sites.assign(**{name: sizes[name].astype(sites[name].dtype) for name in SIZES})
    gated = _verdicts(found | masks(asked, of_size), settings, sites.index)
    ranked_as = largest_member(sites, admitted.where(gated["eligible"] == "yes"), sizes["counted_in"])
    return gated.assign(ranked_as=ranked_as, counted_in=sizes["counted_in"])


def _verdicts(found: Mapping[str, Reasons], codes: Iterable[str], index: pd.Index) -> pd.DataFrame:
    """Return who passed and the reasons of the others, in the order of the gates."""
    reasons = {name: mask for code in codes for name, mask in found[code].items()}
    joined = _joined(reasons, index)
    return pd.DataFrame(
        {
            "eligible": pd.Series("yes", index=index, dtype="str").where(joined.isna(), "no"),
            "gate_reasons": joined,
        }
    )


def gate_doubt(
    sites: pd.DataFrame, *, gates: Mapping[str, GateSetting], registry: Mapping[str, Gate] | None = None
) -> pd.Series:
    """Return the gates that the uncertainty of a site's place leaves open, either way.

    The gates themselves stand on the central value. A gate that declares a range is in doubt where the lowest number
    passes and the highest does not: as ``beyond_corridor_walk``, by the walk from the nearest and from the farthest
    place a site may lie at.

    Parameters
    ----------
    sites
        Sites with the range columns of the gates that stand: ``corridor_walk_low_m`` and ``corridor_walk_high_m``.
    gates, registry
        The departures from the default gates and the gates there are, as for :func:`apply_gates`.

    Returns
    -------
    Series
        The gates' codes, joined by ``; ``, on the index of ``sites``; missing where none is in doubt, or no range is
        known.

    Raises
    ------
    InputError
        As :func:`apply_gates`.

    Examples
    --------
    >>> sites = schema.conform(pd.DataFrame(
    ...     {"corridor_walk_low_m": [900.0, 1000.0], "corridor_walk_high_m": [1020.0, 1100.0]},
    ...     index=pd.Index(["a", "b"], name="site_id")), schema.SITES)
    >>> gate_doubt(sites, gates={}).tolist()
    ['beyond_corridor_walk', nan]
    """
    registry = known_gates(registry)
    settings = _settings(gates, registry)
    ranges = {code: (doubt, settings[code]) for code in settings if (doubt := registry[code].doubt) is not None}
    needs = [column for doubt, _ in ranges.values() for column in (doubt.low, doubt.high)]
    schema.check(sites, _TABLE, name="sites", needs=dict.fromkeys(needs))
    open_ = {
        code: (sites[doubt.low] <= limits[doubt.threshold]) & (sites[doubt.high] > limits[doubt.threshold])
        for code, (doubt, limits) in ranges.items()
    }
    return _joined(open_, sites.index).rename("gate_doubt")


def _masks(code: str, given: Reasons, index: pd.Index, declared: tuple[str, ...]) -> Reasons:
    """Return what the function of a gate gave, or refuse what cannot be laid on the sites."""
    wanted = f"gate '{code}': its function needs to return a dict of reason code → mask on the index of the sites given"
    if not isinstance(given, Mapping):
        raise InputError(f"{wanted}, not {type(given).__name__}")
    faults = [
        f"{wanted}; '{reason}' is none"
        for reason, mask in given.items()
        if not (isinstance(mask, pd.Series) and mask.index.equals(index) and _is_mask(mask))
    ]
    faults += [
        f"gate '{code}': gives the reason '{reason}', which it does not declare; Valid: {', '.join(declared)}"
        for reason in given
        if reason not in declared
    ]
    if faults:
        raise InputError(*faults)
    return given


def _is_mask(mask: pd.Series) -> bool:
    """Return whether a Series holds nothing but true, false and missing."""
    if pd.api.types.is_bool_dtype(mask.dtype):
        return True  # as every gate of siteprior's own; only others are looked at value by value
    return all(isinstance(value, bool | np.bool_) for value in mask.dropna())


def _joined(masks: Mapping[str, pd.Series], index: pd.Index) -> pd.Series:
    """Return the names of the masks that hold for each site, joined by ``; ``; missing where none does."""
    names = pd.Series("", index=index, dtype="str")
    for name, mask in masks.items():
        names = names.where(~mask.fillna(False).astype(bool), names + "; " + name)
    return names.str.removeprefix("; ").where(names != "")


def _settings(gates: Mapping[str, GateSetting], registry: Mapping[str, Gate]) -> dict[str, dict[str, float]]:
    """Return the thresholds of every gate that stands, in declared order, or refuse what makes no sense."""
    mapping_of(gates, name="gates", of="gate code → setting", instead="give {} for the default gates")
    faults = gate_faults(gates, {code: tuple(declared.thresholds) for code, declared in registry.items()})
    if faults:
        raise InputError(*(fault.text for fault in faults))
    settings = {}
    for code, declared in registry.items():
        given = gates.get(code, declared.default)
        if given is False:
            continue
        settings[code] = declared.limits(given)
    return settings
