"""What a run states at its end of its sites: no council, no homes, no sale, and weights that rest on nothing known."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from siteprior.core.code_join import share_enough
from siteprior.core.councils import council_names
from siteprior.core.parameters import load_parameters
from siteprior.core.short_repr import counted, first_few
from siteprior.pipeline.result import NOT_YET, Result
from siteprior.ranking.criteria import Criterion

SHOWN = 3
"""Councils that have a sentence each, and of more those named in the one of all of them."""


def site_notices(result: Result) -> Iterator[str]:
    """Yield what all sites lack that was asked for: a council, a number of homes, a sale their prices could rest on."""
    sites = result.sites
    if "organisation" in sites and sites["organisation"].isna().all():
        yield (
            "no council was found for any site: none is stated, and none lies in a district of the areas; state it "
            "with organisation under [sources], or district of the areas"
        )
    yield from _without_a_place(sites)
    if sites["capacity_dwellings"].isna().all():
        yield (
            "no site has a number of homes: none is stated that can be read; map minimum_net_dwellings of your own "
            'sites, or state [assumptions] capacity_basis = "rule", which takes hectares × density'
        )
    if result.market is NOT_YET or result.market.sales is None:
        return
    sales, day = result.market.sales, result.project.project.price_date
    used = int((sales["used"] == "yes").sum())
    if not used:
        reasons = sales["left_out"].dropna().str.split("; ").explode().value_counts()
        why = f"most are left out for: {reasons.index[0]}" if len(reasons) else "none lies about the areas"
        yield (
            f"no sale is usable: of the {len(sales):,} read none counts up to price_date {day}: {why}; prices and what "
            "rests on them stay missing"
        )


def _without_a_place(sites: pd.DataFrame) -> Iterator[str]:
    """Yield the councils most of whose sites have no usable place, the parameter ``registers.unplaced_share`` or more.

    More than :data:`SHOWN` of them have one sentence, with those of most sites.

    Nothing else of a run would show it: the council would be missing from maps and shortlist without a word.
    """
    if not {"gate_reasons", "organisation"} <= {*sites.columns} or sites.empty:
        return
    least = load_parameters("registers").number("unplaced_share")
    unplaced = sites["gate_reasons"].astype("object").fillna("").astype("str").str.split("; ")
    of = pd.DataFrame({"code": sites["organisation"], "lacks": ["no_location" in codes for codes in unplaced]})
    names = council_names()
    councils = of.dropna(subset="code").groupby("code")["lacks"].agg(["sum", "size", "mean"])
    most = councils[(councils["sum"] > 0) & (councils["mean"] >= least)]
    lack = "the issues say what each row's coordinates lack"
    if len(most) > SHOWN:
        most = most.sort_values("sum", ascending=False, kind="stable")
        named = [f"{names.get(str(row.Index), row.Index)} {row.sum:,} of {row.size:,}" for row in most.itertuples()]
        yield (
            f"{most['sum'].sum():,} of the {most['size'].sum():,} sites of {len(most):,} councils have no usable place "
            f"and cannot be ranked ({first_few(named, SHOWN)}): {lack}, and the team's report counts them by council; "
            "ask the councils for mended registers"
        )
        return
    for code, (count, size, share) in zip(most.index, most.to_numpy().tolist(), strict=True):
        yield (
            f"{count:,.0f} of {counted(int(size), 'site')} of {names.get(str(code), code)} have no usable place "
            f"({share:.0%}) and cannot be ranked: {lack}; ask the council for a mended register"
        )


def weight_notices(result: Result) -> Iterator[str]:
    """Yield which criteria with a weight are known at fewer of the ranked sites than are enough, and why.

    What is enough is the parameter ``joins.enough.criteria``.
    """
    from siteprior.ranking.decision_matrix import measure
    from siteprior.ranking.scoring import normalised

    if result.weights is NOT_YET or result.criteria_known is NOT_YET:
        return
    ranked = result.sites[result.sites["rank"].notna()]
    weighted = {name: weight for name, weight in normalised(result.weights).items() if weight > 0}
    if ranked.empty:
        return
    known = measure(ranked, list(weighted), criteria=result.criteria_known).notna().sum()
    for name, weight in weighted.items():
        count = int(known[name])
        if count < share_enough("criteria") * len(ranked):
            criterion = result.criteria_known[name]
            yield (
                f"{criterion.title} ({name}) carries {weight:.0%} of the weight, and {count:,} of the {len(ranked):,} "
                f"ranked sites have a value of it: it raises {'no score' if not count else 'the score of few'}; "
                f"{_cause(result, criterion, ranked)}"
            )


def _cause(result: Result, criterion: Criterion, ranked: pd.DataFrame) -> str:
    """Return the likely cause of a criterion that is not known, and what to do."""
    layer = next((spec for spec in result.project.layers if spec.name == criterion.name), None)
    if layer is not None:
        return f"layer '{layer.name}' ({layer.path}) has no value where they lie: check its column, or drop the weight"
    blank = [name for name in criterion.needs if name not in ranked or ranked[name].isna().all()]
    lacks = (
        f"the columns {', '.join(blank)} are blank throughout"
        if blank
        else "what it rests on is blank at nearly all of them"
    )
    return f"{lacks}: give the source they come from, or drop the weight (`siteprior criteria` lists what each needs)"
