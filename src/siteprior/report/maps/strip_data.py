"""What a strip map shows, as tables: the stops of one corridor, its sites, and the words about them."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.core.schema import CORRIDOR_STOPS, SITE_CORRIDORS, SITES, STOP_STATES, check

SITE_CORRIDOR_ROWS = replace(SITE_CORRIDORS, index="")
"""The sites of the corridors on any index."""

STOP_NEEDS = ("corridor", "stop_name", "kind", "state", "chainage_m")
SITE_CORRIDOR_NEEDS = ("site_id", "corridor", "stop", "stop_state", "walk_m", "chainage_m", "side")
SITE_NEEDS = ("site_name", "capacity_dwellings", "eligible", "rank", "market_failure", "score_band", "score")


class Strip(NamedTuple):
    """One corridor: its stops, the sites in its reach, and which of them are listed, all in order.

    ``stops`` has ``stop_name``, ``state`` and ``chainage_m``; ``sites`` has ``chainage_m`` (of a site beyond an end
    stop that stop's), ``walk_m``, ``above``, ``homes``, ``ranked`` and what the site's own table says; ``listed`` are
    the rows of ``sites`` that are numbered, the highest ranked first; ``near`` says which stops the walks lead to;
    ``unplaced`` counts sites whose place along the line is not known.
    """

    corridor: str
    kind: str
    stops: pd.DataFrame
    sites: pd.DataFrame
    listed: pd.DataFrame
    low_m: float
    high_m: float
    reach_m: float
    near: str
    unplaced: int


def strip_facts(
    corridor_stops: gpd.GeoDataFrame,
    site_corridors: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    corridor: str,
    listed: int,
    reach_m: float | None,
) -> Strip:
    """Take one corridor out of the tables.

    Raises
    ------
    InputError
        When a table lacks columns, or the corridor is unknown or none of its stops has a chainage.
    """
    check(corridor_stops, CORRIDOR_STOPS, name="corridor_stops", needs=STOP_NEEDS)
    check(sites, SITES, name="sites", needs=SITE_NEEDS)
    check(site_corridors, SITE_CORRIDOR_ROWS, name="site_corridors", needs=SITE_CORRIDOR_NEEDS)
    stops = corridor_stops[corridor_stops["corridor"] == corridor]
    if stops.empty:
        raise InputError(unknown("corridor", corridor, corridor_stops["corridor"].dropna().unique()))
    stops = stops[stops["chainage_m"].notna()].sort_values("chainage_m", kind="stable")
    if stops.empty:
        raise InputError(f"corridor '{corridor}': no stop has a chainage; give corridor_stops with chainage_m")
    strangers = set(site_corridors["site_id"]) - set(sites.index)
    if strangers:
        raise InputError(f"site_corridors: names sites that are not in sites, such as '{min(map(str, strangers))}'")
    rows = site_corridors[site_corridors["corridor"] == corridor].set_index("site_id")
    rows = rows[["stop", "stop_state", "walk_m", "chainage_m", "side"]].join(pd.DataFrame(sites)[list(SITE_NEEDS)])
    rows["above"] = rows["side"] != "right"
    rows["homes"] = rows["capacity_dwellings"].astype("float64")
    rows["ranked"] = (rows["eligible"] == "yes") & rows["rank"].notna()
    ends = [float(stops["chainage_m"].min()), float(stops["chainage_m"].max())]
    rows["chainage_m"] = rows["chainage_m"].clip(*ends)
    placed = rows[rows["chainage_m"].notna() & rows["walk_m"].notna()]
    lost = len(rows) - len(placed)
    farthest = float(placed["walk_m"].max()) if len(placed) else 0.0
    reach = reach_m if reach_m is not None else max(np.ceil(farthest / 100) * 100, 400.0)
    placed = placed[placed["walk_m"] <= reach]
    near = "an open or planned stop" if (rows["stop_state"] == "planned").any() else "an open stop"
    # The largest are drawn first, so that none lies hidden; the reference decides between equals.
    placed = placed.sort_index(kind="stable").sort_values("homes", ascending=False, kind="stable", na_position="last")
    best = placed[placed["ranked"]].sort_index(kind="stable").sort_values("rank", kind="stable")
    if "ranked_as" in sites:  # plots of one opportunity share a rank, and one of them is listed
        named = pd.DataFrame(sites)["ranked_as"].reindex(best.index)
        own = named.isna() | (named == best.index)
        best = best.iloc[np.lexsort((~own, best["rank"].astype("float64")))]
        named = named.reindex(best.index)
        best = best[~named.duplicated() | named.isna()]
    best = best.head(listed)
    kind = stops["kind"].dropna()
    return Strip(
        corridor, str(kind.iloc[0]) if len(kind) else "", stops, placed, best, ends[0], max(ends[1], ends[0] + 1.0),
        float(reach), near, lost,
    )  # fmt: skip


def count(number: float, one: str, many: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count(1, "stop", "stops"), count(1200, "home", "homes")
    ('1 stop', '1,200 homes')
    """
    return f"{number:,.0f} {one if number == 1 else many}"


def headline(strip: Strip) -> str:
    """Say in one line what the strip holds: stops, length, sites and homes."""
    states = strip.stops["state"].value_counts()
    tally = [f"{states[state]} {state}" for state in STOP_STATES if state in states]
    stops = count(len(strip.stops), "stop", "stops")
    state = f"all {tally[0].split(' ', 1)[1]}" if len(tally) == 1 and len(strip.stops) > 1 else ", ".join(tally)
    ranked = strip.sites[strip.sites["ranked"]]
    homes = ranked["homes"].sum()
    parts = [
        f"{stops} ({state})",
        f"{(strip.high_m - strip.low_m) / 1000:.1f} km",
        f"{count(len(ranked), 'ranked site', 'ranked sites')} with {count(homes, 'home', 'homes')} within "
        f"{strip.reach_m:,.0f} m walk of {strip.near}",
    ]
    others = len(strip.sites) - len(ranked)
    if others:
        parts.append(f"{others:,} considered, not ranked")
    return "  ·  ".join(parts)


def strip_words(strip: Strip) -> str:
    """Return the picture in words, for those who do not see it."""
    first, last = strip.stops["stop_name"].iloc[0], strip.stops["stop_name"].iloc[-1]
    text = f"Strip map of {strip.corridor} from {first} to {last}: {headline(strip).replace('  ·  ', '; ')}."
    ranked = strip.sites[strip.sites["ranked"]]
    if len(ranked):
        by_stop = ranked.groupby("stop", sort=False)["homes"].sum().sort_values(ascending=False, kind="stable").head(3)
        most = ", ".join(f"{stop} ({count(homes, 'home', 'homes')})" for stop, homes in by_stop.items())
        text += f" Most homes are near {most}."
    if len(strip.listed):
        named = "; ".join(
            f"{row['rank']:.0f} {row['site_name']}, {homes_words(row['homes'])}"
            for _, row in strip.listed.head(5).iterrows()
        )
        text += f" Highest ranked: {named}."
    if strip.unplaced:
        text += f" {unplaced_words(strip)}"
    return text


def unplaced_words(strip: Strip) -> str:
    """Say how many sites could not be drawn."""
    return f"{count(strip.unplaced, 'site is', 'sites are')} not drawn: their place along the line is not known."


def homes_words(homes: float) -> str:
    """Return a number of homes, or that it is not known."""
    return count(homes, "home", "homes") if np.isfinite(homes) else "homes not known"
