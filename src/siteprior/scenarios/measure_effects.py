"""What a scenario does to the ranking: which sites gain, which lose, in rank and in homes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core import schema
from siteprior.core.schema import SCENARIO_EFFECTS, SCENARIO_SUMMARY, SITES, as_kind, conform

_TABLE = SITES.without_places()
_NEEDS = ("site_name", "eligible", "rank", "score", "capacity_dwellings", "corridor", "corridor_walk_m", "walk_m")
_EFFECTS = replace(SCENARIO_EFFECTS, index="")
_EFFECT_NEEDS = ("scenario", "effect", "capacity_dwellings", "rank_before", "rank_after")
_TOLERANCE = 9  # decimals below which two scores are the same score


def scenario_effects(before: pd.DataFrame, after: pd.DataFrame, *, scenario: str) -> pd.DataFrame:
    """Compare the ranking under a scenario with the one without it, in ranks, scores (0–1), metres and homes.

    Sites ranked as one opportunity (``ranked_as``) have one row, that of the site it is ranked as: with the change, or
    without it where nothing of it is ranked any more.

    Parameters
    ----------
    before, after
        The same sites, ranked without and with the change (:data:`siteprior.core.schema.SITES`).
    scenario
        The scenario's name.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SCENARIO_EFFECTS`, one row per opportunity ranked before or after, the largest gain
        first: those that enter, then by places gained, those that leave last.

    Raises
    ------
    InputError
        When a table is not one of ranked sites.

    Examples
    --------
    >>> columns = ["site_name", "corridor", "corridor_walk_m", "walk_m", "capacity_dwellings"]
    >>> same = pd.DataFrame([["A", "L", 500.0, 500.0, 10], ["B", "L", 900.0, 900.0, 40]], columns=columns,
    ...                     index=pd.Index(["a", "b"], name="site_id"))
    >>> before = same.assign(eligible=["yes", "no"], rank=[1, None], score=[0.6, None])
    >>> after = same.assign(eligible=["yes", "yes"], rank=[2, 1], score=[0.6, 0.7])
    >>> scenario_effects(before, after, scenario="new stop")[["site_id", "effect", "places_gained"]].values.tolist()
    [['b', 'enters', <NA>], ['a', 'falls', -1]]
    """
    for name, table in (("before", before), ("after", after)):
        schema.check(table, _TABLE, name=name, needs=_NEEDS, may_have=("access_index",))
    after = after.reindex(before.index)
    old, new = _one_row_each(before, after)
    gained = as_kind(old["rank"], "integer", old.index) - as_kind(new["rank"], "integer", new.index)
    moved = (new["score"] - old["score"]).round(_TOLERANCE)
    effect = np.select(
        [old["rank"].isna(), new["rank"].isna(), (gained > 0).fillna(False), (gained < 0).fillna(False)],
        ["enters", "leaves", "rises", "falls"],
        "same",
    )
    values: dict[str, pd.Series | pd.Index | npt.NDArray[np.str_] | str | None] = {
        "scenario": scenario,
        "site_id": old.index,
        "site_name": old["site_name"],
        "effect": effect,
        "places_gained": gained,
        "score_change": moved,
        "capacity_dwellings": _homes(new).fillna(_homes(old)),
    }
    for column in ("rank", "score", "corridor", "corridor_walk_m", "walk_m", "access_index"):
        for when, table in (("before", old), ("after", new)):
            values[f"{column}_{when}"] = table[column] if column in table.columns else None
    table = pd.DataFrame(values, index=old.index).reset_index(drop=True)
    order = {"enters": 0, "rises": 1, "same": 2, "falls": 3, "leaves": 4}
    table = table.assign(
        place=table["effect"].map(order), key=-table["places_gained"].astype("Float64").fillna(0.0)
    ).sort_values(["place", "key", "rank_after", "site_id"], kind="stable")
    table.index = pd.Index(scenario + "|" + table["site_id"], name=SCENARIO_EFFECTS.index)
    effects: pd.DataFrame = conform(table.drop(columns=["place", "key"]), SCENARIO_EFFECTS)
    return effects


def _one_row_each(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what was and what is, one row per opportunity ranked before or after, on the site it is ranked as."""
    was, now = _ranked_as(before), _ranked_as(after)
    still = now.notna().groupby(was).any()
    stands = (now == now.index) | ((was == was.index) & ~was.isin(still.index[still]))
    old, new = before[stands].copy(), after[stands]
    entered = old.index[old["rank"].isna() & new["rank"].notna()]
    # an opportunity that is ranked as a site which was not ranked has the rank its other members had
    members = now[now.isin(entered) & was.notna()]
    ranked = before.loc[members.index, ["rank", "score"]].assign(now=members).sort_values("rank", kind="stable")
    first = ranked[~ranked["now"].duplicated()].set_index("now")
    for name in ("rank", "score"):
        old.loc[first.index, name] = first[name]
    return old, new


def _ranked_as(sites: pd.DataFrame) -> pd.Series:
    """Return the site each ranked site is ranked as; its own where the table does not say."""
    own = pd.Series(sites.index, index=sites.index, dtype="str")
    named = sites["ranked_as"].astype("str").fillna(own) if "ranked_as" in sites else own
    return named.where(sites["rank"].notna())


def _homes(sites: pd.DataFrame) -> pd.Series:
    """Return the homes of what is ranked: those of the opportunity, where the table has them."""
    own = sites["capacity_dwellings"]
    return sites["opportunity_dwellings"].fillna(own) if "opportunity_dwellings" in sites else own


def scenario_summary(effects: pd.DataFrame, *, shortlist: int) -> pd.DataFrame:
    """Add up the effects of each scenario: opportunities and homes that enter, leave, rise and fall.

    Parameters
    ----------
    effects
        :data:`siteprior.core.schema.SCENARIO_EFFECTS` of any number of scenarios.
    shortlist
        How many ranks make the shortlist.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SCENARIO_SUMMARY`, one row per scenario in the order met. Homes are those known;
        a site whose homes nobody states adds none and is counted in ``homes_unknown``.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> effects = run["scenarios"]
    >>> sp.scenarios.summary(effects, shortlist=25).columns[:4].tolist()
    ['sites_enters', 'sites_leaves', 'sites_rises', 'sites_falls']
    """
    schema.check(effects, _EFFECTS, name="effects", needs=_EFFECT_NEEDS)
    rows = []
    for name, group in effects.groupby("scenario", sort=False):
        kinds = {kind: group["effect"] == kind for kind in ("enters", "leaves", "rises", "falls")}
        homes = group["capacity_dwellings"]
        was, now = (group[f"rank_{when}"].le(shortlist).fillna(False).astype(bool) for when in ("before", "after"))
        rows.append(
            {
                "scenario": name,
                **{f"sites_{kind}": int(chosen.sum()) for kind, chosen in kinds.items()},
                "homes_enters": int(homes[kinds["enters"]].sum()),
                "homes_leaves": int(homes[kinds["leaves"]].sum()),
                "homes_unknown": int(homes[kinds["enters"] | kinds["leaves"]].isna().sum()),
                "shortlist_enters": int((now & ~was).sum()),
                "shortlist_leaves": int((was & ~now).sum()),
            }
        )
    table = pd.DataFrame(rows, columns=["scenario", *SCENARIO_SUMMARY.names])
    summary: pd.DataFrame = conform(table.set_index("scenario"), SCENARIO_SUMMARY)
    return summary
