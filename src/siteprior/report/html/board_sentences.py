"""What the board summary states, in sentences that are read once: what, why, how sure, at what cost, what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from siteprior.core.schema import CONTRIBUTION
from siteprior.report.dossiers.write import SEPARATOR
from siteprior.report.html._common import made_up
from siteprior.report.html.decision import SURE
from siteprior.report.html.render import count, number, percent

DOUBTFUL = {
    "proposal": "proposals of siteprior",
    "unverified": "not verified",
    "second-hand": "second-hand",
}
"""Confidences of numbers that a board has to know of, in words."""


def what_facts(record: Mapping[str, Any], shortlist: pd.DataFrame) -> dict[str, Any]:
    """Return what is put forward: opportunities, their sites, homes, hectares, councils, and how many need it most.

    Examples
    --------
    >>> shortlist = pd.DataFrame({"capacity_dwellings": [40.0, None], "minimum_net_dwellings": [None, None],
    ...     "hectares": [1.0, 0.5], "organisation": ["E1", "E1"], "imd_decile": [1, 6]})
    >>> facts = what_facts({"counts": {"sites": 9, "ranked_opportunities": 4}}, shortlist)
    >>> facts["homes"], facts["homes_unknown"], facts["hectares"], facts["councils"], facts["deprived"]
    (40, 1, 1.5, 1, 1)
    """
    homes = own_or(shortlist, "opportunity_dwellings", "capacity_dwellings")
    homes = homes.fillna(pd.to_numeric(shortlist["minimum_net_dwellings"]).astype("float64"))
    counts = record["counts"]
    plots = shortlist["opportunity_sites"] if "opportunity_sites" in shortlist else pd.Series(1, index=shortlist.index)
    return {
        "opportunities": len(shortlist),
        "plots": int(plots.fillna(1).sum()),
        "of": counts.get("ranked_opportunities", counts.get("ranked")),
        "considered": counts["sites"],
        "homes": None if homes.isna().all() else int(homes.sum()),
        "homes_unknown": int(homes.isna().sum()),
        "hectares": float(own_or(shortlist, "opportunity_hectares", "hectares").sum()),
        "councils": int(shortlist["organisation"].nunique()),
        "deprived": int((shortlist["imd_decile"] <= 2).sum()),
    }


def why_sentences(ranked: pd.DataFrame, shortlist: pd.DataFrame, criteria: pd.DataFrame) -> list[str]:
    """Say what the ranking counts, and by what the shortlist stands above the others.

    Examples
    --------
    >>> ranked = pd.DataFrame({"c_homes": [0.4, 0.1], "c_walk": [0.5, 0.5]}, index=["a", "b"])
    >>> criteria = pd.DataFrame({"criterion": ["homes", "walk"], "title": ["Homes", "Walk"], "weight": [0.5, 0.5]})
    >>> for sentence in why_sentences(ranked, ranked.head(1), criteria):
    ...     print(sentence)
    Sites are ranked by Homes (50% of the score) and Walk (50%).
    What lifts the shortlist above the other ranked sites most: Homes.
    """
    if not len(criteria):
        return []
    most = criteria.sort_values("weight", ascending=False, kind="stable")
    parts = [f"{title} ({percent(weight)})" for title, weight in most[["title", "weight"]].itertuples(index=False)]
    parts[0] = parts[0].replace(")", " of the score)")
    sentences = [f"Sites are ranked by {_joined(parts)}."]
    if len(shortlist):
        columns = {
            f"{CONTRIBUTION}{name}": title for name, title in criteria[["criterion", "title"]].itertuples(index=False)
        }
        known = [column for column in columns if column in ranked]
        ahead = shortlist[known].mean() - ranked[known].mean()
        lifts = ahead[ahead.round(3) > 0].sort_values(ascending=False, kind="stable").head(3)
        if len(lifts):
            names = _joined([columns[str(column)] for column in lifts.index])
            sentences.append(f"What lifts the shortlist above the other ranked sites most: {names}.")
    return sentences


def sure_facts(acceptability: pd.DataFrame, first: int) -> dict[str, Any]:
    """Return how sure the shortlist is: how many stay on it, the first outside, and by how much it is outside.

    Examples
    --------
    >>> table = pd.DataFrame({"rank": [1, 2, 3], "site_name": ["A", "B", "C"], "score": [0.9, 0.6, 0.55],
    ...     "top_k_acceptability": [1.0, 0.7, 0.4]}, index=list("abc"))
    >>> sure_facts(table, 2)["sentences"]
    ['Weights are judgements, and some facts are uncertain. When both are redrawn many times, what is missing counted \
as the worst, 1 of the 2 stays on the \
shortlist in at least 90% of the draws.', 'The least sure of them is B: on the shortlist in 70% of the draws.', \
'The first outside is C, 0.050 of score behind the last inside (0.600); it is on the shortlist in 40% of the draws.']
    """
    inside, outside = acceptability.head(first), acceptability.iloc[first:]
    share = inside["top_k_acceptability"].astype("float64")
    if inside.empty or share.isna().all():
        return {"sentences": ["How sure the ranking is was not measured: nothing was ranked."], "bars": []}
    stays = int((share >= SURE).sum())
    sentences = [
        "Weights are judgements, and some facts are uncertain. When both are redrawn many times, what is missing "
        "counted as the worst, "
        f"{stays} of the {len(inside)} {'stays' if stays == 1 else 'stay'} on the shortlist in at least "
        f"{SURE:.0%} of the draws."
    ]
    least = inside.iloc[int(share.argmin())]
    if share.min() < SURE:
        sentences.append(
            f"The least sure of them is {_name(least)}: on the shortlist in {percent(float(share.min()))} of the draws."
        )
    if len(outside):
        row, last = outside.iloc[0], float(inside["score"].iloc[-1])
        chance = float(row["top_k_acceptability"])
        sentences.append(
            f"The first outside is {_name(row)}, {last - float(row['score']):.3f} of score behind the last inside "
            f"({last:.3f}); it is on the shortlist in {percent(chance)} of the draws."
        )
    else:
        sentences.append("No ranked opportunity stands outside it.")
    bars = [
        {"rank": int(rank), "share": float(part)} for rank, part in zip(inside["rank"], share.fillna(0), strict=True)
    ]
    return {"sentences": sentences, "bars": bars}


def cost_sentences(
    sites: pd.DataFrame, shortlist: pd.DataFrame, programme: pd.DataFrame, stated: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Say what the shortlist would cost to buy, and what the budget buys; ``doubt`` marks made-up costs.

    The cost of an opportunity is that of all its sites, and not known where that of one of them is not.
    """
    rows: list[dict[str, Any]] = []
    costs = _of_members(sites, shortlist, "acquisition_cost_gbp")
    known = costs.dropna()
    if len(known):
        unknown = len(costs) - len(known)
        rows.append({"words": f"The shortlist: buying the land of {len(known)} of its {len(costs)} opportunities would "
                     f"cost about {_pounds(float(known.sum()))}"
                     + (f"; of {unknown} the cost is not known." if unknown else "."), "doubt": False})  # fmt: skip
    else:
        rows.append({"words": "What buying the land would cost is not known.", "doubt": False})
    gaps = _of_members(sites, shortlist, "public_cost_gbp").dropna()
    if len(gaps):
        rows.append({"words": "The shortlist: closing the gap between what building costs and what it earns would "
                     f"take about {_pounds(float(gaps.sum()))} of public money on the {len(gaps)} where it was "
                     "measured.",
                     "doubt": False})  # fmt: skip
    rows.append({"words": _programme_words(programme, shortlist, stated), "doubt": False})
    if "viability_basis" in shortlist and bool(made_up(shortlist["viability_basis"]).any()):
        rows.append({"words": "Costs of building are illustrative: made up to show the method. No sum that rests on "
                     "them may be quoted.", "doubt": True})  # fmt: skip
    return rows


def open_sentences(record: Mapping[str, Any], shortlist: pd.DataFrame, files: pd.DataFrame) -> list[str]:
    """Say what is not known: verdicts that are open, what would decide them, and numbers that are no published ones."""
    sentences = []
    if "settled" in shortlist and len(shortlist):
        undecided = int((shortlist["settled"] == "no").sum())
        sentences.append(
            f"Whether the market would do it alone is still open for {undecided} of the {len(shortlist)}: facts that "
            "are wanting could change the answer." if undecided else
            "No fact that is wanting could change the answer whether the market would do it alone."
        )  # fmt: skip
    own = files[files["keys"] != "all of them"] if len(files) else files
    if len(own):
        best = own.sort_values("could_decide", ascending=False, kind="stable").iloc[0]
        if int(best["could_decide"]):
            sentences.append(
                f"The free file that would decide most: {best['shows']} (up to {count(float(best['could_decide']))} "
                "of all ranked sites)."
            )
    parameters = record.get("parameters", [])
    counted = {words: sum(each["confidence"] == name for each in parameters) for name, words in DOUBTFUL.items()}
    known = [f"{n} are {words}" for words, n in counted.items() if n]
    if known:
        sentences.append(
            f"Of the {len(parameters)} numbers that steer the result, {_joined(known)}; the report lists each with its "
            "source."
        )
    if record.get("illustrative"):
        sentences.append("All of it is invented: the sites, areas and sales show how the method works.")
    if notices := len(record.get("notices", [])):
        sentences.append(
            f"The report states {notices} {'notice' if notices == 1 else 'notices'} on the data at its head."
        )
    return sentences


def _of_members(sites: pd.DataFrame, shortlist: pd.DataFrame, name: str) -> pd.Series:
    """Return a figure summed over the sites of each opportunity; missing where it is missing of one of them."""
    if "members" not in shortlist:
        return _column(shortlist, name)
    every = _column(sites, name)
    return pd.Series(
        {
            site: every.reindex([each for each in str(members).split(SEPARATOR) if each]).sum(skipna=False)
            for site, members in shortlist["members"].fillna(pd.Series(shortlist.index, shortlist.index)).items()
        },
        dtype="float64",
    )


def _programme_words(programme: pd.DataFrame, shortlist: pd.DataFrame, stated: Mapping[str, Any]) -> str:
    """Say what the budget buys out of all that are ranked, and how much of it is on the shortlist."""
    if not stated:
        return "No budget is stated in the project, so which to buy first is open."
    if stated.get("note"):
        return f"{stated['note'][:1].upper()}{stated['note'][1:]}."
    homes = _column(programme, "opportunity_dwellings")
    bought = int(stated["opportunities"])
    listed = int(programme.index.isin(shortlist.index).sum())
    words = (
        f"The programme: out of all that are ranked, the budget buys {bought} for {_pounds(float(stated['cost_gbp']))}"
    )
    if homes.notna().any():
        words += f", {count(float(homes.sum()))} homes"
    words += f"; {listed} of them are on the shortlist of {len(shortlist)}"
    words += f", {bought - listed} are ranked below it." if bought > listed else "."
    sure = int((programme["core_class"] == "always in").sum()) if "core_class" in programme else 0
    if sure:
        words += f" {sure} of the {bought} stay in every good programme when weights and facts are redrawn."
    if stated.get("left_out"):
        words += f" Of {stated['left_out']} ranked, cost or yield is not known: they could not be chosen."
    return words


def own_or(table: pd.DataFrame, name: str, otherwise: str) -> pd.Series:
    """Return a figure of the opportunities, else that of the sites."""
    own = _column(table, name)
    return own.fillna(_column(table, otherwise))


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as numbers; missing throughout where the table is without it."""
    given = table[name] if name in table else pd.Series(np.nan, index=table.index)
    return pd.to_numeric(given).astype("float64")


def _name(row: pd.Series) -> str:
    """Return an opportunity's name on one line, or its id where it has none."""
    name = row["site_name"]
    words = " ".join(name.split()) if isinstance(name, str) else ""
    words = words or str(row.name)
    return words if len(words) <= 80 else words[:79] + "…"


def _pounds(amount: float) -> str:
    """Return an amount of money in millions from one million on."""
    return f"£{number(amount / 1e6, 1)}m" if abs(amount) >= 1e6 else f"£{count(amount)}"


def _joined(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
