"""Tables on transit: how walks were measured, the access index route by route, corridors, scenarios."""

from __future__ import annotations

import pandas as pd

from siteprior.pipeline.notebook.view import Asked, View, counted_by, named, ranked_sites
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.plots import part
from siteprior.pipeline.result import Result

INDEX = {
    "rank": "rank", "site_name": "site", "access_index": "index", "access_band": "band",
    "access_index_evening": "evening", "access_index_sunday": "Sunday", "access_index_step_free": "step-free",
}  # fmt: skip
ROUTES = {
    "mode": "mode", "route_name": "route", "walk_m": "walk m", "per_hour": "per hour", "walk_min": "walk min",
    "awt_min": "wait min", "edf": "EDF", "weight": "weight", "contribution": "contribution",
}  # fmt: skip
CORRIDORS = {
    "corridor": "corridor", "kind": "kind", "open_stops": "open stops", "sites": "sites", "ranked_sites": "ranked",
    "shortlist_sites": "shortlist", "best_rank": "best rank", "hectares": "hectares", "homes": "homes",
    "deprived_share": "deprived %",
}  # fmt: skip
ALONG = {
    "rank_in_corridor": "in the corridor", "rank": "rank", "site_name": "site", "stop": "stop", "walk_m": "walk m",
    "chainage_m": "chainage m", "side": "side", "score": "score",
}  # fmt: skip
WITHOUT = {
    "rank": "rank", "rank_without_transit": "without transit", "site_name": "site", "corridor": "corridor",
    "corridor_walk_m": "walk m",
}  # fmt: skip
MOVES = {
    "scenario": "scenario", "effect": "effect", "site_name": "site", "rank_before": "before", "rank_after": "after",
    "corridor_after": "corridor", "corridor_walk_m_after": "walk m", "capacity_dwellings": "homes",
}  # fmt: skip

FAR = 10
"""Places a site has to move to stand in the table of scenarios, where it neither enters nor leaves."""


def walk_basis(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how many sites' walks (counts) were measured in which way."""
    return counted_by(part(run, "sites"), "walk_basis", "walk measured by", "sites", "not measured")


def no_walk(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return why walks are missing, with counts of sites."""
    return counted_by(part(run, "sites"), "walk_note", "why there is no walk", "sites")


def bands(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how many ranked sites (counts) are in each band of the access index."""
    return counted_by(ranked_sites(run), "access_band", "band", "ranked sites").sort_values("band")


def index(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return the access index of the first ranked sites by day and for step-free journeys (no unit)."""
    table = ranked_sites(run)
    return named(table, INDEX) if table["access_index"].notna().any() else pd.DataFrame()


def routes(run: Run | Result, asked: Asked) -> pd.DataFrame:
    """Return the access index of one site route by route: walk in metres and minutes, wait in minutes, EDF."""
    table = part(run, "access_routes")
    if not len(table):
        return pd.DataFrame()
    own = table[table["site_id"] == asked.site]
    return named(own.sort_values(["mode", "contribution"], ascending=[True, False], kind="stable"), ROUTES)


def corridors(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return the corridors that sites are in reach of, side by side: counts, hectares, homes, shares in percent."""
    summary = part(run, "corridor_summary").reset_index()
    if not len(summary):
        return pd.DataFrame()
    order = ["shortlist_sites", "ranked_sites"]
    return named(summary[summary["sites"] > 0].sort_values(order, ascending=False, kind="stable"), CORRIDORS)


def along(run: Run | Result, asked: Asked) -> pd.DataFrame:
    """Return the ranking along one corridor: rank (1 = first), stop, walk and chainage in metres."""
    table = part(run, "corridor_rankings")
    own = table[table["corridor"] == asked.corridor] if len(table) else pd.DataFrame()
    return named(own.sort_values(["rank_in_corridor", "site_id"]), ALONG) if len(own) else pd.DataFrame()


def without(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return the first ranked sites with their rank (1 = first) without any weight on transit."""
    return named(ranked_sites(run), WITHOUT)


def scenarios(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return how many sites (counts) each scenario lets in or out, lifts or drops."""
    effects = part(run, "scenarios")
    if not len(effects):
        return pd.DataFrame()
    counts = pd.crosstab(effects["scenario"], effects["effect"])
    kept = [kind for kind in ("enters", "leaves", "rises", "falls") if kind in counts]
    return counts[kept].rename_axis(None, axis=1).reset_index()


def scenario_moves(run: Run | Result, _asked: Asked) -> pd.DataFrame:
    """Return the sites that a scenario lets in or out or moves far: ranks (1 = first), walk in metres, homes."""
    effects = part(run, "scenarios")
    if not len(effects):
        return pd.DataFrame()
    far = effects["places_gained"].abs() >= FAR
    return named(effects[effects["effect"].isin(["enters", "leaves"]) | far], MOVES)


NONE = "The project supposes nothing. Add `[[scenarios]]` with `open`, `add_stops`, `close` or `cut`."
NO_TIMETABLE = "No timetable was read (`[sources] timetables`), so there is no access index."
MINUTES = dict.fromkeys(["walk_min", "wait_min", "EDF", "contribution"], "{:.2f}")

ACCESS = {
    "walks": View("How walks were measured.", walk_basis, {"sites": "{:,}"}, "No walk was measured."),
    "no walk": View("Why walks are missing.", no_walk, {"sites": "{:,}"}, "No walk is missing."),
    "access bands": View("Ranked sites by band of the access index, 0 to 6b.", bands, {}, NO_TIMETABLE),
    "access index": View("The access index of the first ranked sites.", index,
                         dict.fromkeys(["index", "evening", "Sunday", "step-free"], "{:.2f}"), NO_TIMETABLE, 10),
    "routes": View("The access index of {site}, route by route.", routes,
                   {"walk_m": "{:,.0f}", "per_hour": "{:g}", "weight": "{:g}", **MINUTES},
                   "No route of a timetable is in reach of this site, or no timetable was read.", 20),
    "corridors": View("Corridors by their part of the shortlist; a site in reach of several counts in each.", corridors,
                      {"hectares": "{:,.0f}", "homes": "{:,.0f}", "best_rank": "{:.0f}", "deprived_%": "{:.0f}"},
                      "The project has no corridor."),
    "along the corridor": View("The ranking along {corridor}.", along,
                               {"walk_m": "{:,.0f}", "chainage_m": "{:,.0f}", "score": "{:.3f}"},
                               "No ranked site is in reach of a corridor.", 10),
    "without transit": View("The first of the ranking, and their rank with no weight on transit.", without,
                            {"walk_m": "{:,.0f}"}, "No site is ranked.", 10),
    "scenarios": View("Sites that each scenario moves.", scenarios, {}, NONE),
    "scenario moves": View("Sites that a scenario lets in or out, or moves by ten places.", scenario_moves,
                           {"walk_m": "{:,.0f}", **dict.fromkeys(["before", "after", "homes"], "{:.0f}")}, NONE, 15),
}  # fmt: skip
"""The tables on transit, by name."""
