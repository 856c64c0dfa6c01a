"""How reliable the verdicts on market failure are, in sentences made from the numbers alone."""

from __future__ import annotations

import pandas as pd

from siteprior.report.html._common import made_up

FROM_COSTS = ("gap_gbp_per_home", "remediation_share_of_gdv")
"""What a signal is read from where it rests on the viability appraisal, and so on its costs."""


def confidence_sentences(
    ranked: pd.DataFrame, counted: pd.DataFrame, titles: pd.DataFrame, *, priced: bool
) -> list[str]:
    """Say in sentences how reliable the verdicts are, from the numbers alone."""
    size = len(ranked)
    if not size:
        return ["No site was ranked, so there is no verdict."]
    names = dict(zip(titles["letter"], titles["title"], strict=True))
    primary = [letter for letter, kind in zip(titles["letter"], titles["kind"], strict=True) if kind == "primary"]
    counts = counted["signal"].value_counts()
    measured = [f"{names[letter].lower()} on {counts[letter]:,}" for letter in primary if letter in counts]
    mean = sum(int(counts.get(letter, 0)) for letter in primary) / size
    sentences = [f"Of the {len(primary)} primary signals a ranked site has {mean:.1f} on average."]
    if measured:
        sentences.append(f"Measured on ranked sites ({size:,}): {_listed(measured)}.")
    absent = [name.lower() for letter, name in names.items() if letter not in counts]
    if absent:
        sentences.append(f"Measured on no ranked site: {_listed(absent)}.")
    unclear = int(ranked["market_failure"].fillna("Cannot tell").eq("Cannot tell").sum())
    if unclear:
        sentences.append(
            f"For {unclear:,} of {size:,} ({unclear / size:.0%}) the verdict is “Cannot tell”: evidence is wanting "
            "there, which does not say that the market works."
        )
    costs, invented = _on_costs(ranked, counted)
    sentences += costs
    if not priced:
        sentences.append("No price surface stands behind the values, so the market's side of the question is thin.")
    sentences.append(
        "A register's silence is never counted as the absence of a problem: contamination, open titles and public "
        "works show only where a use, a note or a layer states them."
    )
    if invented:
        sentences.append("The shares show how the method works; they are not to be quoted of these sites.")
    if unclear > size / 2:
        sentences.append("As a whole they say more about the data available than about the market.")
    elif not invented:
        sentences.append("They can be quoted only with the grades of evidence below beside them.")
    return sentences


def _on_costs(ranked: pd.DataFrame, counted: pd.DataFrame) -> tuple[list[str], bool]:
    """Say whose costs the viability gap rests on, how many verdicts rest on costs alone, and whether any is made up."""
    basis = ranked["viability_basis"][ranked["gap_gbp_per_home"].notna()]
    if basis.empty:
        return ["No viability gap was measured, so whether building would pay is not among the evidence."], False
    invented = int(made_up(basis).sum())
    unsourced = int(basis.str.contains("without a source", regex=False).fillna(False).sum())
    of = f"of the {len(basis):,} ranked sites on which it was measured"
    if invented:
        sentences = [
            f"The viability gap rests on illustrative costs, made up to show the method, for {invented:,} {of}; as "
            "evidence it counts in no verdict."
        ]
    elif unsourced:
        sentences = [f"The viability gap rests on costs the user gives without a source for {unsourced:,} {of}."]
    else:
        sentences = ["The viability gap rests on costs the user states with their sources."]
    positive = ranked.index[ranked["market_failure"].isin(["Identified", "Indicated"])]
    primaries = counted[
        (counted["kind"] == "primary") & (counted["weighted_signal"] > 0) & counted["site_id"].isin(positive)
    ]
    on_costs = primaries["source"].isin(FROM_COSTS).groupby(primaries["site_id"]).all()
    if int(on_costs.sum()):
        sentences.append(
            f"Of the {len(positive):,} ranked sites where failure is identified or indicated, {int(on_costs.sum()):,} "
            "have no primary signal above zero but those read from costs."
        )
    return sentences, bool(invented)


def _listed(words: list[str]) -> str:
    """Write words as a list: ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
