"""What cleaning a site for homes may cost: a range by its former use, and what shows the former use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from siteprior.appraisal.named_uses import around, named_uses
from siteprior.appraisal.phrases import any_phrase, matches
from siteprior.appraisal.statements import stated_as_cleaned
from siteprior.appraisal.viability.inputs import ENDS, Costs
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters

CLASSES = ("A", "B", "C", "D")
"""Classes of former use, from what leaves least in the ground to what leaves most."""

CLEANED, UNKNOWN = "cleaned", "unknown"
FORMER_USE_COLUMNS = ("previous_use", "site_name", "notes")
"""The columns in which a former use may stand, best evidence first."""

_TABLE = schema.SITES.without_places()
_SHARES = schema.Table(
    "land shares", "", False, tuple(schema.Column(name, "number", f"Share of class {name}", "") for name in CLASSES)
)


def remediation_input(letter: str) -> str:
    """Return the name of the input that holds the cost of a class (GBP per hectare).

    Examples
    --------
    >>> remediation_input("C")
    'remediation_c_gbp_per_ha'
    """
    return f"remediation_{letter.lower()}_gbp_per_ha"


def remediation_range(sites: pd.DataFrame, *, costs: Costs, land_shares: pd.DataFrame | None = None) -> pd.DataFrame:
    """Estimate the cost of remediation for homes (GBP): low, central and high, by the class of the former use.

    The class is the highest that anything shows: the previous use as registered (grade B), a layer of former uses
    under the site (B), or a former use in the site's name or notes (C: only close after a word such as "former").
    A use the lists do not know shows nothing. On a layer only the share of the site that lies on it costs what that
    class costs, the rest what class A does, unless the site's own words say that all of it is of that class.

    Notes that say the land was cleaned: nothing to pay in the central and the low case, class A's high in the high
    one, grade C; so, too, where the user states who cleaned it (``cleaned_by``), grade A.

    **Unknown former use**: from the lowest low of the four classes to the highest high, the widest range there is, and
    the lowest central (class A's). So a blank never makes a gap larger in the central case.

    Parameters
    ----------
    sites
        Sites with ``hectares`` and any of ``previous_use``, ``site_name``, ``notes`` and ``cleaned_by``; index
        ``site_id``.
    costs
        Inputs as :func:`siteprior.appraisal.viability.inputs.load_costs` gives them: the user's cost per hectare of
        each class.
    land_shares
        Share of each site (0–1) on the user's layers of former uses, one column per class of :data:`CLASSES`; on the
        index of ``sites``. Missing and zero show nothing.

    Returns
    -------
    DataFrame
        ``remediation_class``, ``remediation_evidence``, ``remediation_basis``, ``remediation_low_gbp``,
        ``remediation_central_gbp``, ``remediation_high_gbp`` on the index of ``sites``. Costs are missing where the
        hectares are, or where the user stated no cost for the class (for an unknown use: for any of the four).

    Raises
    ------
    InputError
        When a column is missing, an index is not that of the sites, or a share lies outside 0–1.

    Notes
    -----
    Four classes of former use: HCA, *Guidance on dereliction, demolition and remediation costs* (March 2015), after
    English Partnerships' Best Practice Note 27; its table of costs was not recovered, so none is shipped. The uses of
    each class stand in ``parameters/costs.toml``, unverified. End use: homes.

    Examples
    --------
    >>> from siteprior.appraisal.viability.inputs import load_costs
    >>> costs = load_costs({"remediation_c_gbp_per_ha": {"low": 200_000, "central": 400_000, "high": 600_000}})
    >>> sites = pd.DataFrame({"hectares": [2.0, 2.0], "previous_use": ["Foundry", None], "site_name": None,
    ...                       "notes": None}, index=pd.Index(["a", "b"], name="site_id"))
    >>> done = remediation_range(sites, costs=costs)
    >>> done[["remediation_class", "remediation_evidence", "remediation_central_gbp"]].values.tolist()
    [['C', 'B', 800000.0], ['unknown', nan, nan]]
    """
    schema.check(sites, _TABLE, name="sites", needs=["hectares"], may_have=(*FORMER_USE_COLUMNS, "cleaned_by"))
    shares = _shares(land_shares, sites.index)
    former = _former_use(sites, shares)
    hectares = schema.as_kind(sites["hectares"], "number", sites.index)
    area = hectares.where(hectares > 0)
    table = former[["remediation_class", "remediation_evidence", "remediation_basis"]].copy()
    for end in ENDS:
        table[f"remediation_{end}_gbp"] = (area * _gbp_per_ha(former, shares, costs, end)).round(2)
    ends = [f"remediation_{end}_gbp" for end in ENDS]
    table[ends] = table[ends].where(table[ends].notna().all(axis=1))
    return table


def _shares(land_shares: pd.DataFrame | None, index: pd.Index) -> pd.DataFrame:
    """Return the share of each site per class, zero where nothing is known, or refuse them."""
    if land_shares is None:
        return pd.DataFrame(0.0, index=index, columns=list(CLASSES))
    schema.check(land_shares, _SHARES, name="land_shares", needs=(), may_have=CLASSES)
    faults = []
    if not land_shares.index.equals(index):
        faults.append("land_shares: is not on the index of sites; reindex it to the same sites in the same order")
    strange = [str(name) for name in land_shares.columns if name not in CLASSES]
    if strange:
        faults.append(
            f"land_shares: has the columns {', '.join(strange)}; name each by its class: {', '.join(CLASSES)}"
        )
    if faults:
        raise InputError(*faults)
    shares = land_shares.reindex(columns=list(CLASSES)).astype("float64").fillna(0.0)
    if not ((shares >= 0) & (shares <= 1)).all(axis=None):
        raise InputError("land_shares: holds shares outside 0–1; give the share of the site's area, not per cent")
    return shares


def _former_use(sites: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Return the class of each site, its grade and its basis; ``whole`` where the site's own words state the class."""
    parameters = load_parameters("costs")
    uses = parameters.table("former_uses")
    least = parameters.table("remediation").number("least_share")
    text = {name: schema.as_kind(sites.get(name), "text", sites.index) for name in FORMER_USE_COLUMNS}
    table = pd.DataFrame(
        {
            "remediation_class": UNKNOWN,
            "remediation_evidence": None,
            "remediation_basis": "the former use is not known",
            "whole": False,
        },
        index=sites.index,
    ).astype({"remediation_class": "str", "remediation_evidence": "str", "remediation_basis": "str"})

    def assign(where: pd.Series, letter: str, grade: str, basis: pd.Series | str, *, whole: bool) -> None:
        table.loc[where, ["remediation_class", "remediation_evidence"]] = [letter, grade]
        table.loc[where, "remediation_basis"] = basis if isinstance(basis, str) else basis[where]
        table.loc[where, "whole"] = whole

    open_ = pd.Series(True, index=sites.index)
    for letter in reversed(CLASSES):
        for name in FORMER_USE_COLUMNS:
            named = _named(text[name], uses.texts(letter), stated=name == "previous_use") & open_
            grade, title = ("B", "previous use") if name == "previous_use" else ("C", _TITLES[name])
            assign(named, letter, grade, f"{title}: " + text[name].str.slice(0, _QUOTED), whole=True)
            open_ &= ~named
        on = (shares[letter] >= least) & open_
        percent = (shares[letter] * 100).round().astype("int64").astype("str")
        assign(on, letter, "B", percent + f"% of the site lies on a layer of former uses, class {letter}", whole=False)
        open_ &= ~on
    cleaned = stated_as_cleaned(text["notes"])
    assign(cleaned, CLEANED, "C", "the notes say that the land was cleaned", whole=True)
    by = schema.as_kind(sites.get("cleaned_by"), "text", sites.index)
    stated = "cleaned by " + by.map({"owner": "its owner", "public": "the public"}) + ", as the user states"
    assign(by.notna(), CLEANED, "A", stated, whole=True)
    return table


_TITLES = {"site_name": "name", "notes": "notes"}
_QUOTED = 80  # characters of the register's own words that a basis repeats


def _gbp_per_ha(former: pd.DataFrame, shares: pd.DataFrame, costs: Costs, end: str) -> pd.Series:
    """Return the cost per hectare of each site at the ``low``, ``central`` or ``high`` end."""
    stated = {letter: costs.at(end)[remediation_input(letter)] for letter in CLASSES}
    # numpy's min and max are missing where one class is: then nobody knows how wide the range is
    span = {"low": np.min, "central": np.min, "high": np.max}[end](list(stated.values()))
    by_class = {**stated, CLEANED: stated["A"] if end == "high" else 0.0, UNKNOWN: float(span)}
    whole = former["remediation_class"].map(by_class).astype("float64")
    layered = ~former["whole"] & former["remediation_class"].isin(CLASSES)
    if not layered.any():
        return whole
    on_layers = shares[layered]
    scale = on_layers.sum(axis=1).clip(lower=1.0)  # layers may overlap: together they are never more than the site
    used = [letter for letter in CLASSES if (on_layers[letter] > 0).any()]
    mixed = sum((on_layers[letter] / scale * stated[letter] for letter in used), pd.Series(0.0, index=on_layers.index))
    rest = (1 - on_layers.sum(axis=1)).clip(lower=0.0)
    return whole.mask(layered, (mixed + (rest * stated["A"]).where(rest > 0, 0.0)).reindex(whole.index))


def _named(texts: pd.Series, uses: Sequence[str], *, stated: bool) -> pd.Series:
    """Return which texts name a former use: by itself where a use is ``stated``, else close after a word for former.

    A stated one counts neither in the name of a street or a place nor where it is denied or only near the site.
    """
    seen = around(load_parameters("failure").table("contamination").table("words"))
    if stated:
        return named_uses(texts, uses, seen).ne("")
    rules = load_parameters("costs").table("remediation")
    # bounded, for texts of any length: unbounded, a long row of hyphens or letters takes time with its square
    between = rf"(?:[\w'&-]{{1,40}}\s{{1,5}}){{0,{rules.integer('words_between')}}}"
    former = any_phrase(rules.texts("former_words"))
    return matches(texts, rf"{former}[\s-]{{1,5}}{between}{any_phrase(uses)}", needs=former)
