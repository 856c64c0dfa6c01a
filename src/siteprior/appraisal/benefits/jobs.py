"""How many jobs a site may have, where its use is known to be employment: by plot ratio and employment density."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import InputError, SitePriorError, unknown
from siteprior.core.parameters import CONFIDENCES, Parameter, Parameters, load_parameters

_TABLE = schema.SITES.without_places()
_M2_PER_HA = 10_000
_DECIMALS = 9
"""Floating-point tolerance before rounding down: a whole number of jobs stays whole."""

Use: TypeAlias = str | Mapping[str, str] | pd.Series | None


def jobs_capacity(sites: pd.DataFrame, *, use: Use, share: float | pd.Series = 1.0) -> pd.DataFrame:
    """Return the jobs each site may have (full-time jobs): fewest, central, most.

    Jobs = hectares × share × 10,000 × plot ratio × (floor area of the kind counted / gross external) / m² per job,
    rounded down. Fewest jobs take the low plot ratio, the low share of floor area and the most floor area per job; most
    jobs the other ends. A site whose employment use nobody stated has no jobs figure: missing, never zero. No use is
    read out of a register's words: brownfield registers are lists of land for homes.

    The homes of a site are not lowered for its jobs: for mixed use, state the share of the land that is for employment
    and read homes and jobs together.

    Parameters
    ----------
    sites
        Sites with ``hectares``; and ``register`` where ``use`` goes by it.
    use
        One of :func:`employment_uses` for all sites; or, by the name of the register a site is from, such as
        ``{"employment land": "general-industry"}``; or a column of uses on the sites' index, missing where none is
        known; ``None`` where nothing is known of any.
    share
        Share of the site's hectares that is for employment (above 0, to 1): one number, or a column on the sites'
        index; missing gives no figure.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SITE_JOBS_COLUMNS` on the index of ``sites``: ``jobs_low``, ``jobs_central``,
        ``jobs_high``, ``jobs_use`` and ``jobs_basis`` (what the figure rests on, or why there is none).

    Raises
    ------
    SitePriorError
        When a use is unknown.
    InputError
        When a column is missing, an index is not the sites', or a share is not above 0 and at most 1.

    Notes
    -----
    Numbers and sources: ``parameters/jobs.toml``. HCA, *Employment Density Guide*, 3rd edition, November 2015 (offices
    second-hand, the rest unverified); plot ratios ODPM 2004 (unverified). The Guide says of itself that it is not for
    economic appraisals that need central approval.

    Examples
    --------
    >>> sites = pd.DataFrame({"hectares": [2.0, 1.0], "register": ["employment land", "brownfield register"]},
    ...                      index=pd.Index(["a", "b"], name="site_id"))
    >>> done = jobs_capacity(sites, use={"employment land": "general-industry"})
    >>> done[["jobs_low", "jobs_central", "jobs_high"]].astype(object).values.tolist()
    [[184, 211, 237], [<NA>, <NA>, <NA>]]
    """
    schema.check(sites, _TABLE, name="sites", needs=["hectares", *(["register"] if isinstance(use, Mapping) else [])])
    uses = _uses(sites, use)
    shares = _shares(sites, share)
    hectares = schema.as_kind(sites["hectares"], "number", sites.index)
    land = (hectares.where(hectares > 0) * shares) * _M2_PER_HA
    bounds = _jobs_per_m2()
    ends = {
        f"jobs_{end}": pd.Series(
            np.floor((land * uses.map({name: jobs[at] for name, jobs in bounds.items()})).round(_DECIMALS)),
            index=sites.index,
        ).astype("Int64")
        for at, end in enumerate(("low", "central", "high"))
    }
    return pd.DataFrame({**ends, "jobs_use": uses, "jobs_basis": _basis(uses, hectares, shares)})


def employment_uses() -> pd.DataFrame:
    """List the employment uses: m² per job, kind of floor area, plot ratio, jobs per hectare, and where they are from.

    Examples
    --------
    >>> employment_uses().set_index("use").loc["warehouse", ["density_m2", "area", "jobs_per_ha"]].tolist()
    ['70–77–95', 'GEA', '37–52–64']
    """
    per_m2 = _jobs_per_m2()
    rows = []
    parameters = load_parameters("jobs")
    for name, facts in parameters.table("uses").tables().items():
        plot = parameters.table("plot_ratio").parameter(facts.text("plot_ratio"))
        rows.append(
            {
                "use": name,
                "title": facts.text("title"),
                "density_m2": _span(facts.numbers("density")),
                "area": facts.text("area"),
                "plot_ratio": _span(plot.value),
                "jobs_per_ha": _span([round(jobs * _M2_PER_HA) for jobs in per_m2[name]]),
                "source": f"{facts.parameter('density').source}; {plot.source}",
                "confidence": _least_sure(facts, plot),
            }
        )
    return pd.DataFrame(rows)


def _jobs_per_m2() -> dict[str, list[float]]:
    """Return the fewest, central and most jobs per m² of land of each use."""
    parameters = load_parameters("jobs")
    jobs = {}
    for name, facts in parameters.table("uses").tables().items():
        plots = parameters.table("plot_ratio").numbers(facts.text("plot_ratio"))
        areas = parameters.table("area").numbers(facts.text("area"))
        areas_per_job = reversed(facts.numbers("density"))  # the most floor area per job gives the fewest jobs
        jobs[name] = [plot * area / m2 for plot, area, m2 in zip(plots, areas, areas_per_job, strict=True)]
    return jobs


def _uses(sites: pd.DataFrame, use: Use) -> pd.Series:
    """Return the use of each site, missing where none is stated; refuse one that is not known."""
    known = load_parameters("jobs").table("uses")
    if isinstance(use, pd.Series):
        if not use.index.equals(sites.index):
            raise InputError("use: needs the index of the sites; reindex it to theirs")
        stated = use
    elif isinstance(use, Mapping):
        stated = schema.as_kind(sites["register"], "text", sites.index).map(dict(use))
    else:
        stated = pd.Series(use, index=sites.index, dtype="object")
    named = use.values() if isinstance(use, Mapping) else stated.dropna().unique()
    for name in named:
        if name not in known:
            raise SitePriorError(unknown("employment use", str(name), known))
    return schema.as_kind(stated, "text", sites.index)


def _shares(sites: pd.DataFrame, share: float | pd.Series) -> pd.Series:
    """Return the share of each site that is for employment, refusing what is none."""
    if isinstance(share, pd.Series) and not share.index.equals(sites.index):
        raise InputError("share: needs the index of the sites; reindex it to theirs")
    shares = schema.as_kind(pd.Series(share, index=sites.index), "number", sites.index)
    wrong = shares.notna() & ~((shares > 0) & (shares <= 1))
    if wrong.any():
        raise InputError(
            f"share: {shares[wrong].iloc[0]:g} is no share of land; give more than 0 and at most 1, "
            "and leave it missing where it is not known"
        )
    return shares


def _basis(uses: pd.Series, hectares: pd.Series, shares: pd.Series) -> pd.Series:
    """Return what each figure rests on, or why a stated use has none."""
    listed = employment_uses().set_index("use")
    words = (
        listed["title"] + ", as the project states it; plot ratio " + listed["plot_ratio"] + "; "
        + listed["density_m2"] + " m² " + listed["area"] + " per job; least sure of these numbers: "
        + listed["confidence"]
    )  # fmt: skip
    land = (shares * 100).round(1).map("{:g}% of ".format) + hectares.round(4).map("{:g} ha; ".format)
    basis = land.astype("str") + uses.map(words)
    stated = uses.notna()
    basis = basis.mask(stated & shares.isna(), "no figure: the share of the land for employment is not known")
    basis = basis.mask(stated & ~(hectares > 0), "no figure: the hectares are not known")
    return schema.as_kind(basis.where(stated), "text", uses.index)


def _least_sure(facts: Parameters, plot: Parameter) -> str:
    """Return the least sure confidence of the numbers a use rests on."""
    area = load_parameters("jobs").table("area").parameter(facts.text("area"))
    return max((facts.parameter("density").confidence, plot.confidence, area.confidence), key=CONFIDENCES.index)


def _span(values: Iterable[float]) -> str:
    """Return low, central and high as one text, or one number where they are the same."""
    texts = dict.fromkeys(f"{value:g}" for value in values)
    return "–".join(texts)
