"""The pictures of a run, each in a line: the map, what scores are made of, how sure ranks are, corridors, budgets."""

from __future__ import annotations

from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.core.short_repr import counted
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.result import Result
from siteprior.ranking.other_weights import Reweighted
from siteprior.report.notebooks.picture import Picture

AGAINST = {
    "deprived_share": ("What equity costs", "share of homes in the most deprived areas", "share"),
    "cost": ("What less money buys", "cost", "£"),
}
"""What a frontier of benefit is drawn against: title, words at the axis, unit."""

_OTHER_NAMES = {
    "corridor_sites": "site_corridors", "market_failure": "signals", "scenarios": "scenario_effects",
    "deadweight": "deadweight_evidence",
}  # fmt: skip
"""Tables that bear another name in a result than in a run's folder."""


def part(run: Run | Result, name: str) -> Any:  # a table, or the record
    """Return a table of an opened run or of a result by its name in the run's folder.

    Raises
    ------
    InputError
        When it is neither.

    Examples
    --------
    >>> import siteprior as sp
    >>> len(part(sp.open_run(sp.demo(out="outputs/demo")), "shortlist"))
    25
    """
    if isinstance(run, Run):
        return run[name]
    if isinstance(run, Result):
        return getattr(run, _OTHER_NAMES.get(name, name))
    raise InputError(f"run: needs a run (sp.open_run) or a result (sp.assess), got {type(run).__name__}")


def plot_map(run: Run | Result, *, ranked: Reweighted | None = None) -> Picture:
    """Draw the map of a run (EPSG:27700): shortlist with ranks, other sites, corridors, stops, deprivation.

    Parameters
    ----------
    run
        A run (:func:`siteprior.open_run`) or a result (:func:`siteprior.assess`).
    ranked
        The same sites by other weights (:func:`siteprior.ranking.reweight`), drawn in place of the run's own ranks.

    Returns
    -------
    Picture
        A notebook shows it with its caption; ``save(path)`` writes the PNG.

    Raises
    ------
    InputError
        When ``run`` is neither.

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.plot_map(sp.open_run(sp.demo(out="outputs/demo")))
    Picture of Map: Map of 25 shortlisted sites with their ranks and 373 other sites, on 9 corridors.
    """
    from siteprior.report.maps.overview import draw_map

    layers: dict[str, gpd.GeoDataFrame] = {
        name: part(run, name) for name in ("sites", "shortlist", "corridors", "stops", "areas")
    }
    if ranked is not None:
        layers |= {"sites": ranked.sites, "shortlist": ranked.shortlist}
    words = _head(run, "other weights" if ranked is not None else "")
    first, corridors = len(layers["shortlist"]), len(layers["corridors"])
    alt = (
        f"Map of {counted(first, 'shortlisted site')} with their ranks and "
        f"{counted(len(layers['sites']) - first, 'other site')}, on {counted(corridors, 'corridor')}."
    )
    caption = (
        "Numbers are ranks, dots all other sites considered; the darker the ground, the more deprived the area. "
        "Discs that would lie on one another are moved apart, with a line to where the site is."
    )
    shown = [layers[name] for name in ("sites", "shortlist", "corridors", "stops", "areas")]
    return Picture(draw_map(*shown, **words), "Map", caption, alt)


def plot_contributions(run: Run | Result, *, first: int | None = None) -> Picture:
    """Draw the score (0–1) of the first opportunities as bars made of their criteria.

    Parameters
    ----------
    run
        A run (:func:`siteprior.open_run`) or a result (:func:`siteprior.assess`).
    first
        How many; the shortlist when ``None``.

    Returns
    -------
    Picture
        A notebook shows it with its caption; ``save(path)`` writes the PNG.

    Raises
    ------
    InputError
        When ``run`` is neither, or ``first`` no whole number from 1.

    Examples
    --------
    >>> import siteprior as sp
    >>> picture = sp.plot_contributions(sp.open_run(sp.demo(out="outputs/demo")), first=3)
    >>> picture.alt[:28]
    'The first 3 of 25 opportunit'
    """
    from siteprior.report.charts.contributions import contributions_words, draw_contributions

    shortlist, criteria = part(run, "shortlist"), part(run, "criteria")
    number = _number(run, first)
    caption = (
        "A bar is as long as all weight there is: in colour what each criterion earned, faint what was known and "
        "earned nothing, hatched what nobody knows, which earns nothing either."
    )
    picture = draw_contributions(shortlist, criteria, first=number, **_head(run, "what the scores are made of"))
    return Picture(picture, "Scores", caption, contributions_words(shortlist, criteria, first=number))


def plot_bands(run: Run | Result, *, first: int | None = None) -> Picture:
    """Draw the rank (1 = first) of the first opportunities with its bands, by what they come from.

    Parameters
    ----------
    run
        A run (:func:`siteprior.open_run`) or a result (:func:`siteprior.assess`).
    first
        How many; the shortlist when ``None``.

    Returns
    -------
    Picture
        A notebook shows it with its caption; ``save(path)`` writes the PNG.

    Raises
    ------
    InputError
        When ``run`` is neither, or ``first`` no whole number from 1.

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.plot_bands(sp.open_run(sp.demo(out="outputs/demo")), first=3).title
    'Rank bands'
    """
    from siteprior.report.charts.rank_bands import draw_rank_bands, rank_bands_words

    sure, end = part(run, "top_k_acceptability"), _number(run, None)
    number = _number(run, first)
    caption = (
        "Dot: the rank with the weights chosen. Wide band: from the 5th to the 95th percentile of ranks when weights "
        "and facts are redrawn together; thin lines: what weights, measurement and missing facts move alone. Where "
        "bands overlap, do not argue from the order."
    )
    picture = draw_rank_bands(sure, first=number, shortlist=end, **_head(run, "how far the ranks move, and why"))
    return Picture(picture, "Rank bands", caption, rank_bands_words(sure, first=number, shortlist=end))


def plot_frontier(run: Run | Result, *, against: Literal["deprived_share", "cost"] = "deprived_share") -> Picture:
    """Draw what the benefit of the best programme is as one condition moves (share 0–1, or pounds).

    Parameters
    ----------
    run
        A run (:func:`siteprior.open_run`) or a result (:func:`siteprior.assess`) whose project has ``[programme]``.
    against
        ``deprived_share`` (what equity costs) or ``cost`` (what less money buys).

    Returns
    -------
    Picture
        A notebook shows it with its caption; ``save(path)`` writes the PNG. A run without a programme has a picture
        that says so.

    Raises
    ------
    InputError
        When ``run`` is neither, or ``against`` is not one of those named.

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.plot_frontier(sp.open_run(sp.demo(out="outputs/demo")), against="cost").title
    'What less money buys'
    """
    from siteprior.report.charts.frontier import draw_frontier
    from siteprior.report.charts.frontier_facts import frontier_words

    if against not in AGAINST:
        raise InputError(unknown("measure", str(against), AGAINST, where="against"))
    title, words, unit = AGAINST[against]
    frontier = part(run, "programme_frontier")
    if not len(frontier):
        frontier = pd.DataFrame({"against": [], "point": [], against: [], "benefit": []}, dtype="float64")
    points = frontier[frontier["against"] == against].set_index("point")
    labels: dict[str, str] = {"benefit": "benefit", against: words}
    units: dict[str, str] = {against: unit}
    picture = draw_frontier(
        points, x=against, y="benefit", labels=labels, units=units, **_head(run, title[0].lower() + title[1:])
    )
    caption = f"Each dot is the best programme there is as the {words} changes; the figure beside it counts its sites."
    return Picture(picture, title, caption, frontier_words(points, x=against, y="benefit", labels=labels, units=units))


def plot_corridor(
    run: Run | Result, name: str | None = None, *, colour_by: Literal["score_band", "market_failure"] = "score_band"
) -> Picture:
    """Draw a corridor as a strip: stops along the line by kilometre, sites beside it by walk in metres.

    Parameters
    ----------
    run
        A run (:func:`siteprior.open_run`) or a result (:func:`siteprior.assess`).
    name
        The corridor; the one with most of the shortlist when ``None``.
    colour_by
        ``score_band`` or ``market_failure``.

    Returns
    -------
    Picture
        A notebook shows it with its caption; ``save(path)`` writes the PNG.

    Raises
    ------
    InputError
        When ``run`` is neither, it has no corridor, or none of that name (with those it has).

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.plot_corridor(sp.open_run(sp.demo(out="outputs/demo"))).title
    'Metro Line 1 (Birmingham-Wolverhampton)'
    """
    from siteprior.report.maps.strip import draw_strip_map, strip_map_words

    corridor = leading_corridor(run) if name is None else name
    tables = (part(run, "corridor_stops"), part(run, "corridor_sites"), part(run, "sites"))
    picture = draw_strip_map(
        *tables, corridor=corridor, colour_by=colour_by, shortlist=list(part(run, "shortlist").index),
        **{**_head(run), "title": corridor},
    )  # fmt: skip
    caption = (
        "The line runs from its first stop to its last. A site stands where its walk meets the line, the farther the "
        "longer the walk; the area of a mark is the homes, its number the rank."
    )
    return Picture(picture, corridor, caption, strip_map_words(*tables, corridor=corridor))


def plot_core_index(run: Run | Result) -> Picture:
    """Draw opportunities on a map by their core index (0–1): the share of good programmes each is in.

    Parameters
    ----------
    run
        A run (:func:`siteprior.open_run`) or a result (:func:`siteprior.assess`) whose project has ``[programme]``.

    Returns
    -------
    Picture
        A notebook shows it with its caption; ``save(path)`` writes the PNG.

    Raises
    ------
    InputError
        When ``run`` is neither, or has no programme.

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.plot_core_index(sp.open_run(sp.demo(out="outputs/demo"))).title
    'Core index'
    """
    from siteprior.report.maps.core_index import core_index_words, draw_core_index

    index = part(run, "core_index")
    if not len(index):
        raise InputError("run: chose no programme; add [programme] with a budget_gbp to the project file and run it")
    shown = part(run, "opportunities").join(index[["core_index", "core_class", "chosen"]])
    picture = draw_core_index(shown, areas=run.areas, corridors=part(run, "corridors"), **_head(run, "core index"))
    caption = (
        "Discs are in every good programme when weights and facts are redrawn, diamonds in some, the darker the more; "
        "small dots in none. A dark edge: in the programme chosen."
    )
    return Picture(picture, "Core index", caption, core_index_words(shown))


def leading_corridor(run: Run | Result) -> str:
    """Return the corridor with most of the shortlist; of equal ones that with more ranked sites (counts of sites).

    Raises
    ------
    InputError
        When the run has no corridor.

    Examples
    --------
    >>> import siteprior as sp
    >>> leading_corridor(sp.open_run(sp.demo(out="outputs/demo")))
    'Metro Line 1 (Birmingham-Wolverhampton)'
    """
    summary = part(run, "corridor_summary").reset_index()
    if not len(summary):
        raise InputError("run: has no corridor; name one in [corridors] of the project file")
    order = summary.sort_values(["shortlist_sites", "ranked_sites"], ascending=False, kind="stable")
    return str(order["corridor"].iloc[0])


def _number(run: Run | Result, first: int | None) -> int:
    """Return how many are drawn: as many as asked for, else the shortlist, one at least."""
    return max(len(part(run, "shortlist")), 1) if first is None else first


def _head(run: Run | Result, of: str = "") -> dict[str, Any]:
    """Return what stands on every picture of a run: title, attribution, and whether it is invented."""
    record = part(run, "record")
    title = f"{record['title']}: {of}" if of else str(record["title"])
    return {"title": title, "attribution": " ".join(record["attribution"]), "illustrative": record["illustrative"]}
