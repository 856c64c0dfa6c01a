"""Gates, scores against fixed anchors, ranks, and how far they move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from siteprior.core import schema
from siteprior.core.errors import SitePriorError
from siteprior.core.progress import Progress
from siteprior.pipeline.faults import faults_of
from siteprior.pipeline.result import Result
from siteprior.project.gates_weights import GateSetting
from siteprior.project.load import Project
from siteprior.ranking.criteria import Criterion


def choose_criteria(result: Result, _progress: Progress) -> Result:
    """Choose what sites are judged by: criteria and gates, the user's layers among them, and the weights."""
    from siteprior.pipeline.registered import evidence_criteria, evidence_gates
    from siteprior.ranking.criteria import CRITERIA
    from siteprior.ranking.gates import GATES
    from siteprior.ranking.user_layers import user_criteria, user_gates

    project = result.project
    criteria = {**CRITERIA, **evidence_criteria(project), **user_criteria(project.layers)}
    gates = {**GATES, **evidence_gates(project), **user_gates(project.layers)}
    return replace(result, criteria_known=criteria, gates_known=gates, weights=_weights(project, criteria))


def _weights(project: Project, criteria: Mapping[str, Criterion]) -> dict[str, float]:
    """Return the project's weights: its own, a named set, or the default set."""
    from siteprior.ranking.decision_matrix import refuse_unanchored
    from siteprior.ranking.scoring import check_weights, default_weights

    named = project.weight_set
    if named is not None:
        return default_weights(named)
    weights = check_weights({name: float(weight) for name, weight in project.weights.items()}, criteria)
    with faults_of(project, "[weights]"):
        refuse_unanchored(weights, criteria)
    return weights


def apply_gates(result: Result, progress: Progress) -> Result:
    """Apply the gates: who is eligible, who is not and why, and which gates the uncertainty of the place could turn."""
    from siteprior.ranking import eligibility

    progress("Ranking")
    project, sites, known = result.project, result.table, result.gates_known
    gated = _gated(result, sites, project.gates)
    doubt = eligibility.gate_doubt(sites, gates=project.gates, registry=known)
    return result.with_columns("gates", gated.assign(gate_doubt=doubt))


def _gated(result: Result, sites: pd.DataFrame, gates: Mapping[str, GateSetting]) -> pd.DataFrame:
    """Return who may be ranked, and for the others why not, as the gates are set."""
    from siteprior.ranking import eligibility

    project, twice = result.project, result.duplicates
    with faults_of(project, "[gates]"):
        return eligibility.apply_gates(
            sites, gates=gates, as_of=project.project.as_of, registry=result.gates_known,
            together=ranked_together(project, sites), likely_twice=twice[twice["confidence"] == "likely"],
        )  # fmt: skip


def ranked_together(project: Project, sites: pd.DataFrame) -> pd.Series:
    """Return what each site is ranked with: its opportunity, or itself where the project ranks site by site."""
    if project.ranking.unit == "opportunity":
        return sites["opportunity_id"]
    return pd.Series(sites.index, index=sites.index, dtype="str")


def score_sites(result: Result, _progress: Progress) -> Result:
    """Score against fixed anchors and rank the eligible opportunities or sites, with transit and without."""
    from siteprior.ranking.decision_matrix import measure
    from siteprior.ranking.opportunities import member_columns, pooled_values
    from siteprior.ranking.opportunity_ranks import rank_opportunities
    from siteprior.ranking.scoring import score_band, score_values

    sites, criteria, weights = result.table, result.criteria_known, result.weights
    with faults_of(result.project, "[weights]"):
        matrix = measure(sites, list(weights), criteria=criteria)
    pooled = pooled_values(sites, matrix, criteria=criteria, ranges=False)
    scored = score_values(pooled.value, weights, pooled.known)
    scored["rank"] = rank_opportunities(scored["score"], sites)
    scored["rank_without_transit"] = _rank_without_transit(pooled.value, sites, weights, criteria)
    scored["rank_without_decisions"] = _rank_without_decisions(result, matrix)
    scored["score_band"] = score_band(scored["score"])
    return result.with_columns("score", scored.join(member_columns(sites)))


def _rank_without_transit(
    values: pd.DataFrame, sites: pd.DataFrame, weights: Mapping[str, float], criteria: Mapping[str, Criterion]
) -> pd.Series | None:
    """Rank the same with no weight on transit; missing where every weight is on transit."""
    from siteprior.ranking.opportunity_ranks import rank_opportunities
    from siteprior.ranking.scoring import leave_out, score_values

    try:
        apart = leave_out(weights, "transit", criteria=criteria)
    except SitePriorError:
        return None
    return rank_opportunities(score_values(values[list(apart)], apart)["score"], sites)


def _rank_without_decisions(result: Result, matrix: pd.DataFrame) -> pd.Series:
    """Rank the same had no site been taken out by a decision; missing where none was."""
    from siteprior.ranking.gates import DECIDED
    from siteprior.ranking.opportunities import pooled_values
    from siteprior.ranking.opportunity_ranks import rank_opportunities
    from siteprior.ranking.scoring import score_values

    sites = result.table
    if "decision" not in sites or sites["decision"].isna().all():
        return pd.Series(pd.NA, index=sites.index, dtype="Int64")
    gates = {**result.project.gates, **dict.fromkeys(DECIDED, False)}
    gated = _gated(result, sites, gates)
    free = pd.concat([sites.drop(columns=list(gated)), gated], axis=1)
    pooled = pooled_values(free, matrix, criteria=result.criteria_known, ranges=False)
    return rank_opportunities(score_values(pooled.value, result.weights, pooled.known)["score"], free)


def order_sites(result: Result, _progress: Progress) -> Result:
    """Put the sites in the order of their ranks, all declared columns first; and take the shortlist."""
    from siteprior.ranking.gates import gate_table
    from siteprior.ranking.opportunity_ranks import is_ranked_as
    from siteprior.ranking.scoring import order

    table = result.table
    # A site that failed a gate is not scored in public: a number beside it would be read as a rank it does not have.
    of_ranked = ["score", "coverage", "score_band", *(f"{schema.CONTRIBUTION}{name}" for name in result.weights)]
    table.loc[table["eligible"] != "yes", of_ranked] = None
    ordered = order(schema.conform(table, schema.SITES))
    sites = gpd.GeoDataFrame(ordered, geometry=table.geometry.name, crs=table.crs)
    ranked = gpd.GeoDataFrame(sites[is_ranked_as(sites) & sites["rank"].notna()])
    return replace(
        result,
        sites=sites,
        opportunities=_opportunities(ranked, sites),
        shortlist=ranked.head(result.project.shortlist.n),
        gates=gate_table(registry=result.gates_known, gates=result.project.gates),
        criteria=_criteria_used(result),
    )


def _opportunities(ranked: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the ranked opportunities, one row each at its largest eligible member, with who of it was refused."""
    together = ranked["opportunity_sites"] > 1
    of = sites.loc[sites["eligible"] != "yes", "opportunity_id"].sort_index()
    of = of[of.isin(ranked.loc[together, "opportunity_id"])]
    names = pd.Series(of.index, index=of.index).groupby(of).agg("; ".join).astype("str")
    rows = ranked.assign(refused_members=ranked["opportunity_id"].map(names).where(together))
    kept = [name for name in rows if name in schema.OPPORTUNITIES.names or str(name).startswith(schema.CONTRIBUTION)]
    table = schema.conform(rows[[*kept, rows.geometry.name]], schema.OPPORTUNITIES)
    return gpd.GeoDataFrame(table, geometry=rows.geometry.name, crs=rows.crs)


def _criteria_used(result: Result) -> pd.DataFrame:
    """Return the criteria used, with the share of the total weight each carries."""
    from siteprior.ranking.criteria import criteria_table
    from siteprior.ranking.scoring import normalised

    table = criteria_table(result.criteria_known)
    table = table[table["criterion"].isin(list(result.weights))].copy()
    table.insert(2, "weight", table["criterion"].map(normalised(result.weights)))
    return table.reset_index(drop=True)
