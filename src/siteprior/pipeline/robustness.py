"""How sure the ranking is: what the bands of ranks come from, and how often each opportunity is on the shortlist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple, TypedDict

import pandas as pd

from siteprior.core import schema
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress
from siteprior.pipeline.faults import faults_of
from siteprior.pipeline.result import Result
from siteprior.project.decision import Robustness
from siteprior.ranking.opportunities import Pooled
from siteprior.ranking.opportunity_ranks import carried


def values_of(result: Result) -> Pooled:
    """Return the values (0–1) of what is ranked on all criteria that weigh or may weigh something."""
    from siteprior.ranking.options import ranked_values

    admissible = result.project.robustness.weights
    further = () if isinstance(admissible, str) else admissible  # criteria weighed in the draws alone
    names = list(dict.fromkeys([*result.weights, *further]))
    with faults_of(result.project, "[robustness]" if further else "[weights]"):
        return ranked_values(result.table, names, result.criteria_known)


def redraw_ranks(result: Result, progress: Progress) -> Result:
    """Measure how far the ranks move when weights are redrawn and what is uncertain or blank ranges."""
    from siteprior.ranking.bands import rank_bands

    values = values_of(result)
    bands = rank_bands(
        values.value, result.weights, low=values.low, high=values.high, progress=progress, **_drawn_bands(result)
    )
    sites = result.table
    of_sites = {name: carried(bands[name], sites) for name in bands}
    return result.with_columns("rank_bands", pd.DataFrame(of_sites, index=sites.index))


def weigh_acceptability(result: Result, progress: Progress) -> Result:
    """Count how often each opportunity is first and shortlisted, and find what its band of ranks comes from."""
    from siteprior.ranking.band_parts import rank_band_parts
    from siteprior.ranking.smaa import acceptability

    project, values = result.project, values_of(result)
    how = drawn_how(project.robustness, result.weights)
    with faults_of(project, "[robustness]"):
        counted = acceptability(
            values.value,
            how.weights,
            admissible=how.admissible,
            spread=how.spread,
            draws=how.draws,
            low=values.low,
            high=values.high,
            known=values.known,
            k=project.shortlist.n,
            seed=project.project.seed,
            progress=progress,
        )
    parts = rank_band_parts(
        values.value,
        result.weights,
        low=values.low,
        high=values.high,
        known=values.known,
        bands=result.columns["rank_bands"].loc[values.value.index],
        progress=progress,
        **_drawn_bands(result),
    )
    shown = result.opportunities.loc[:, ["rank", "site_name", "organisation", "opportunity_id", "score"]]
    table = pd.DataFrame(shown).join(counted.sites).join(parts)
    return replace(result, top_k_acceptability=schema.conform(table, schema.TOP_K_ACCEPTABILITY))


class _DrawnBands(TypedDict):
    """How bands of ranks are drawn: seed, number of draws, and how far weights move."""

    seed: int
    draws: int
    spread: float


def _drawn_bands(result: Result) -> _DrawnBands:
    """Return how bands of ranks are drawn, as the project and the parameters say."""
    draws = load_parameters("ranking").integer("weight_draws")
    return {"seed": result.seed, "draws": draws, "spread": _spread(result.project.robustness)}


class DrawnHow(NamedTuple):
    """How weights are drawn: around ``weights``, or as ``admissible`` says; how far, and how often."""

    weights: dict[str, float] | None
    admissible: str | tuple[str, ...] | dict[str, tuple[float, float]]
    spread: float
    draws: int


def drawn_how(stated: Robustness, weights: Mapping[str, float]) -> DrawnHow:
    """Return how weights are drawn, as the project states it; what it does not state comes from the parameters."""
    draws = load_parameters("ranking").integer("acceptability_draws") if stated.draws is None else stated.draws
    around = dict(weights) if isinstance(stated.weights, str) else None
    return DrawnHow(around, stated.weights, _spread(stated), draws)


def _spread(stated: Robustness) -> float:
    return load_parameters("ranking").number("weight_spread") if stated.spread is None else stated.spread
