"""An explanation in words: on rank, contributions, the line of the shortlist, and what is not known."""

from __future__ import annotations

from typing import Any

import pandas as pd

from siteprior.ranking.options import Options
from siteprior.ranking.scoring import DECIMALS, rank

NAMED = 3
"""Criteria that a sentence names, at most."""


SHOWN_FROM = 0.005
"""What a criterion adds to a score or takes from it is stated from here: less would be written as 0.00."""


def site_words(
    options: Options, site: str, first: int, parts: pd.DataFrame, facts: pd.DataFrame, moves: pd.DataFrame,
    information: pd.DataFrame, *, placed: tuple[pd.Series, pd.Series] | None = None,
) -> list[str]:  # fmt: skip
    """Return the sentences on one site (scores 0–1): where it stands, why, and what would put it in or out.

    ``placed`` are all :func:`ranked_scores`, where they are known already.

    Examples
    --------
    >>> from siteprior.ranking.explanation import explain
    >>> sites = pd.DataFrame({"walk_m": [300.0, 600.0], "homes": [20.0, 90.0]}, index=list("ab"))
    >>> anchors = {"walk_m": (1000, 200), "homes": (0, 200)}
    >>> why = explain(sites, "a", weights={"walk_m": 2, "homes": 1}, anchors=anchors, first=1)
    >>> for sentence in why.sentences:
    ...     print(sentence)
    a is 1st of 2 with a score of 0.62 (the mean is 0.55), inside the first 1.
    Against the mean it is lifted by walk_m (300, +0.12).
    It is lowered by homes (20, -0.06).
    The smallest change in one fact that takes it out: walk_m above 460 instead of 300.
    The smallest change in one weight that takes it out: walk_m below 48% instead of 67%, the others in proportion.
    """
    scores, ranks = ranked_scores(options) if placed is None else placed
    inside = facts["change"].iloc[0] == "leaves"
    sentences = [
        f"{site} is {_ordinal(int(ranks[site]))} of {len(scores):,} with a score of {scores[site]:.2f} (the mean is "
        f"{scores.mean():.2f}), {'inside' if inside else 'outside'} the first {first:,}."
    ]
    shown = parts[parts["against_mean"].abs() >= SHOWN_FROM]
    lifts, lowers = shown[shown["effect"] == "lifts"], shown[shown["effect"] == "lowers"][::-1]
    if len(lifts):
        sentences.append(f"Against the mean it is lifted by {_listed(options, site, lifts, 'against_mean')}.")
    if len(lowers):
        sentences.append(f"It is lowered by {_listed(options, site, lowers, 'against_mean')}.")
    gap = float(parts["against_last"].sum())
    if round(gap, DECIMALS) and 1 < first < len(scores):
        most = parts.sort_values("against_last", ascending=gap < 0, kind="stable").head(1)
        sentences.append(
            f"It is {_small(abs(gap))} {'above' if gap > 0 else 'below'} the last of the first {first:,}, most by "
            f"{_listed(options, site, most, 'against_last')}."
        )
    sentences.append(_fact_words(options, site, facts, inside))
    sentences.append(_weight_words(options, moves, inside))
    return [*sentences, *_information_words(options, information)]


def ranked_scores(options: Options) -> tuple[pd.Series, pd.Series]:
    """Return the score (0–1) and the rank (1 = first) of every site.

    Examples
    --------
    >>> from siteprior.ranking.options import options_of
    >>> walks = pd.DataFrame({"canal_m": [100.0, 400.0]}, index=["a", "b"])
    >>> scores, ranks = ranked_scores(options_of(walks, {"canal_m": 1}, anchors={"canal_m": (500, 0)}))
    >>> scores.tolist(), ranks.tolist()
    ([0.8, 0.2], [1, 2])
    """
    scores = options.value_table.mul(pd.Series(options.weights)).sum(axis=1)
    return scores, rank(scores, pd.Series(True, index=scores.index))


def comparison_words(options: Options, one: str, other: str, table: pd.DataFrame) -> list[str]:
    """Return the sentences on two sites (difference of scores, 0–1): who is ahead, by what, in spite of what.

    Examples
    --------
    >>> from siteprior.ranking.explanation import explain
    >>> sites = pd.DataFrame({"walk_m": [300.0, 600.0], "homes": [20.0, 90.0]}, index=list("ab"))
    >>> anchors = {"walk_m": (1000, 200), "homes": (0, 200)}
    >>> why = explain(sites, "a", weights={"walk_m": 2, "homes": 1}, anchors=anchors, first=1, against="b")
    >>> print(why.sentences[-1])
    a is 0.13 ahead of b: by walk_m (300 against 600, +0.25), in spite of homes (20 against 90, -0.12).
    """
    total = float(table["difference"].sum())
    if not round(total, DECIMALS):
        return [f"{one} and {other} have the same score."]
    better, worse, sign = (one, other, 1) if total > 0 else (other, one, -1)
    gains = (sign * table["difference"]).round(DECIMALS)
    seen = gains[gains.abs() >= SHOWN_FROM]
    gains = seen if (seen > 0).any() else gains

    def listed(names: pd.Index) -> str:
        return _joined(
            [
                f"{_title(options, name)} ({measured_words(options, better, name)} against "
                f"{measured_words(options, worse, name)}, {gains[name]:+.2f})"
                for name in list(names)[:NAMED]
            ]
        )

    sentence = f"{better} is {_small(abs(total))} ahead of {worse}: by {listed(gains.index[gains > 0])}"
    if (gains < 0).any():
        sentence += f", in spite of {listed(gains.index[gains < 0])}"
    return [sentence + "."]


def _fact_words(options: Options, site: str, facts: pd.DataFrame, inside: bool) -> str:
    """Return the sentence on the smallest change in one fact."""
    does = "takes it out" if inside else "puts it in"
    possible = facts[facts["possible"]]
    if possible.empty:
        return f"No change in one fact {does}."
    row = possible.iloc[0]
    name = str(row["criterion"])
    declared = options.criteria[name]
    above = (declared.best > declared.worst) != inside
    needed, now = _number(float(row["measure_needed"]), declared.unit), measured_words(options, site, name)
    if needed == now:  # too near for the digits a reader needs elsewhere
        needed = f"{row['measure_needed']:.8g}"
    return (
        f"The smallest change in one fact that {does}: {_title(options, name)} {'above' if above else 'below'} "
        f"{needed} instead of {now}."
    )


def _weight_words(options: Options, moves: pd.DataFrame, inside: bool) -> str:
    """Return the sentence on the smallest change in one weight."""
    does = "takes it out" if inside else "puts it in"
    possible = moves[moves["possible"]]
    if possible.empty:
        return f"No change in one weight {does}."
    row = possible.iloc[0]
    if not row["move"]:
        title = _title(options, str(row["criterion"]))
        return f"The least change in one weight {does}: {title} {row['side']} the {row['share_now']:.0%} it has."
    digits = 0 if f"{row['share_needed']:.0%}" != f"{row['share_now']:.0%}" else 3
    return (
        f"The smallest change in one weight that {does}: {_title(options, str(row['criterion']))} {row['side']} "
        f"{row['share_needed']:.{digits}%} instead of {row['share_now']:.{digits}%}, the others in proportion."
    )


def _information_words(options: Options, information: pd.DataFrame) -> list[str]:
    """Return the sentence on the fact that would matter most, if known; none where no fact could."""
    matters = information[information["chance"] > 0]
    if matters.empty:
        return [
            "No fact that is missing or in doubt could move it across the line alone "
            f"({len(information)} {'is' if len(information) == 1 else 'are'})."
        ] * (len(information) > 0)
    row = matters.iloc[0]
    does = "take it out" if row["change"] == "leaves" else "put it in"
    price = row.get("price_gbp")
    priced = f" for £{price:,.0f}" if price is not None and pd.notna(price) else ""
    what = "which is missing and counts as the worst" if row["missing"] else "of which only a range is known"
    return [
        f"The fact most worth finding out{priced}: {_title(options, str(row['criterion']))}, {what}; if any value in "
        f"its range is equally likely, it would {does} with a chance of {row['chance']:.0%}."
    ]


def _listed(options: Options, site: str, parts: pd.DataFrame, column: str) -> str:
    """Return criteria with what was measured and what they add."""
    return _joined(
        [
            f"{_title(options, name)} ({measured_words(options, site, name)}, {parts.loc[name, column]:+.2f})"
            for name in list(parts.index)[:NAMED]
        ]
    )


def _joined(parts: list[str]) -> str:
    """Return parts as a list in a sentence."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _title(options: Options, name: str) -> str:
    """Return the title of a criterion, as it stands within a sentence."""
    return options.criteria[name].title


def measured_words(options: Options, site: str, name: str) -> str:
    """Return what was measured of a site, with its unit in words that stand alone."""
    if options.missing.loc[site, name]:
        return "missing"
    beyond = "" if options.beyond is None else str(options.beyond.loc[site, name])
    return f"{_exact_words(options, site, name)} {beyond}".rstrip()


def _exact_words(options: Options, site: str, name: str) -> str:
    """Return what stands for the measurement of a site, with its unit."""
    measured: Any = options.measured.loc[site, name]
    number, unit = float(measured), options.criteria[name].unit
    if unit == "index":  # the title of the criterion says so
        return _number(number, "")
    if unit == "0-1":
        return f"{number:.2f} of 1"
    return _number(round(number) if unit == "m" else number, unit)


def _number(number: float, unit: str) -> str:
    """Return a number with its unit, to what a reader needs of it."""
    text = f"{number:,.0f}" if abs(number) >= 100 or number == round(number) else f"{number:.3g}"
    if unit in ("", "0-1"):
        return text
    return f"{text}{unit}" if unit == "%" else f"{text} {unit}"


def _small(difference: float) -> str:
    """Return a difference of scores with the digits that show it."""
    return f"{difference:.2f}" if round(difference, 2) else f"{difference:.1g}"


def _ordinal(number: int) -> str:
    """Return a place in words: 1st, 2nd, 3rd, 4th, 11th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
