"""The evidence for and against deadweight: what registers, viability and sales state, each with date and source."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core import schema
from siteprior.core.parameters import load_parameters

FAILS, FOR, AGAINST = schema.DEADWEIGHT_WEIGHTS

DAYS_PER_YEAR = 365.25
"""Length of the mean calendar year in days: dates become years by it."""

_YEARS_OF_SALES = 5  # those of the column new_build_sales_5y
_DECIMALS = 6  # floating-point tolerance: a tenth of 110 homes is 11, not 11.000…001

NEEDS = (
    "development_status", "planning_permission_status", "planning_permission_type", "planning_permission_date",
    "entry_date", "end_date",
)  # fmt: skip
MAY_HAVE = {
    "file": "text", "row": "integer", "last_seen": "date", "register_state": "text",
    "cleaned_by": "text", "also_known_as": "text", "residual_surplus_share": "number", "gap_probability": "number",
    "viability_basis": "text", "new_build_sales_5y": "integer",
    "nearest_new_build_sale_m": "number", "sales_years_covered": "number",
}  # fmt: skip


def attributes(sites: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return what the tests read, every column there and of its kind, with the day and source of what is stated.

    What a register states holds on the latest of the days known: of the entry's last update and of the last vintage
    that lists the site; of an ended entry no later than its end. ``stale`` needs both days, so that a blank is fresh.
    """
    kinds = {column.name: column.kind for column in schema.REGISTER.columns if column.name in NEEDS} | MAY_HAVE
    facts = pd.DataFrame({name: schema.as_kind(sites.get(name), kind, sites.index) for name, kind in kinds.items()})
    listed = facts["last_seen"].where(~(facts["end_date"] < facts["last_seen"]), facts["end_date"])
    days = pd.DataFrame({"updated": facts["entry_date"], "listed": listed})
    days = days.where(days <= day)
    facts["stated"] = schema.as_kind(days.max(axis=1), "date", sites.index)
    facts["stale"] = days.notna().all(axis=1) & (_years(facts["stated"], day) > _fresh())
    facts["source"] = _records(facts["file"], facts["row"])
    return facts


def starts(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the evidence of a start or a completion recorded by the register."""
    begun = facts[facts["development_status"].notna()]
    words = [f"{stage} is recorded" for stage in begun["development_status"]]
    return _evidence(begun, "start or completion", FAILS, words)


def surplus(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the evidence of residual land value above or below the benchmark, in shares of the scheme's value.

    What rests on costs made up for illustration fails nothing: it only indicates deadweight, or is counter-evidence.
    """
    measured = facts[facts["residual_surplus_share"].notna()]
    share, draws = measured["residual_surplus_share"], measured["gap_probability"]
    fails = (share > load_parameters("deadweight").table("residual").number("surplus_fails")) & ~_made_up(measured)
    words = [
        f"residual {'surplus' if part >= 0 else 'shortfall'} of {abs(part):.1%} of gross development value"
        + ("" if np.isnan(gap) else f", a gap in {gap:.0%} of the draws")
        for part, gap in zip(share, draws, strict=True)
    ]
    weight = np.select([fails, share >= 0], [FAILS, FOR], AGAINST)
    source = "viability: " + measured["viability_basis"].fillna("basis not stated")
    return _evidence(measured, "residual surplus", weight, words, dated=False, sources=source)


def _made_up(facts: pd.DataFrame) -> pd.Series:
    """Return which viability figures rest on costs made up for illustration."""
    return facts["viability_basis"].fillna("").str.startswith("illustrative")


def pending(facts: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the evidence of a pending decision; one stated long ago only indicates deadweight."""
    waiting = facts[facts["planning_permission_status"] == "pending decision"]
    years = _years(waiting["stated"], day)
    words = [
        "a decision is pending" + (", on no stated day" if np.isnan(age) else f", as stated {age:.1f} years before")
        for age in years
    ]
    return _evidence(waiting, "live applicant", np.where(waiting["stale"], FOR, FAILS), words)


def permissions(facts: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the evidence of permissions still within the years their start is expected in.

    A detailed one fails, unless the viability shows a clear shortfall; any other indicates deadweight.
    """
    parameters = load_parameters("deadweight")
    by_age = _permissions_by_age(facts, day)
    live = by_age.live
    granted = facts[live]
    probability = parameters.table("residual").number("clear_shortfall")
    shortfall = (granted["residual_surplus_share"] < 0) & (granted["gap_probability"] >= probability)
    shortfall &= granted["viability_basis"].notna() & ~_made_up(granted)
    detailed = granted["planning_permission_type"].isin(parameters.table("applicant").texts("detailed"))
    words = [
        f"{what} of {at:%Y-%m-%d}, {age:.1f} of the {limit:g} years within which a start is expected"
        + ("; a clear shortfall is measured" if short else "")
        for what, at, age, limit, short in zip(
            granted["planning_permission_type"].replace("other", "permission of another kind").fillna(
                "permission of no stated kind"
            ),
            granted["planning_permission_date"], by_age.years[live], by_age.limit[live],
            shortfall & detailed, strict=True,
        )
    ]  # fmt: skip
    weight = np.where(detailed & ~shortfall, FAILS, FOR)
    return _evidence(granted, "live permission", weight, words, dates=granted["planning_permission_date"])


def cleaned(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the evidence of a clean-up by the owner, as the user states; one by the public is none."""
    done = facts[facts["cleaned_by"] == "owner"]
    words = ["the land was cleaned by its owner, as the user states"] * len(done)
    return _evidence(done, "private clean-up", FAILS, words, dated=False, sources="the user's own data")


class _Permissions(NamedTuple):
    """Which permissions are within the years their start is expected in, the age of each, and that limit (years)."""

    live: pd.Series
    years: pd.Series
    limit: pd.Series


def _permissions_by_age(facts: pd.DataFrame, day: pd.Timestamp) -> _Permissions:
    """Return the age of each permission beside the years its start is expected in."""
    starts = load_parameters("failure").table("stalled").table("expected_start")
    limit = facts["planning_permission_type"].map({kind: starts.number(kind) for kind in starts})
    limit = limit.fillna(starts.number("any other")).astype("float64")
    years = _years(facts["planning_permission_date"], day)
    permissioned = facts["planning_permission_status"] == "permissioned"
    return _Permissions(permissioned & (years >= 0) & (years <= limit), years, limit)


def new_build(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the evidence of new homes sold near the site in the last five years, or of none.

    The count is of the site's catchment, and missing rather than zero where the file does not cover the years.
    """
    enough = load_parameters("deadweight").table("sales").integer("new_build")
    sold = facts["new_build_sales_5y"]
    counted = facts[((sold == 0) | (sold >= enough)).fillna(False).astype(bool)]
    words = [
        f"{sales} new-build sales or more about it in {_YEARS_OF_SALES} years"
        + ("" if np.isnan(nearest) else f", the nearest at {nearest:.0f} m")
        if sales
        else f"no new-build sale about it in {_YEARS_OF_SALES} years"
        for sales, nearest in zip(counted["new_build_sales_5y"], counted["nearest_new_build_sale_m"], strict=True)
    ]
    weight = np.where(counted["new_build_sales_5y"] > 0, FOR, AGAINST)
    source = "HM Land Registry Price Paid Data"
    return _evidence(counted, "new-build sales", weight, words, dated=False, sources=source)


def edits(facts: pd.DataFrame, history: pd.DataFrame | None, day: pd.Timestamp) -> pd.DataFrame:
    """Return the evidence of recent edits of the register that show someone acting or giving up; merged records too."""
    parameters = load_parameters("deadweight").table("edits")
    if history is None or history.empty:
        return _evidence(facts.iloc[:0], "register edit", FOR, [])
    merged = facts["also_known_as"].dropna().str.split("; ").explode()
    owner = {**dict(zip(merged, merged.index, strict=True)), **dict(zip(facts.index, facts.index, strict=True))}
    published = schema.as_kind(history["published"], "date", history.index)
    age = _years(published, day)
    events = history[(age >= 0) & (age <= parameters.number("recent")) & history["before"].notna()]
    events = events.assign(owner=events["site_id"].map(owner), at=published[events.index])
    events = events[events["owner"].notna() & events["after"].notna()]

    homes = events[events["event"] == "capacity"]
    before, after = (pd.to_numeric(homes[side], errors="coerce") for side in ("before", "after"))
    raised = homes[
        (after > before) & (after - before >= (before * parameters.number("capacity_raised")).round(_DECIMALS))
    ]
    status = events[events["event"] == "planning status"]
    acting = status["after"].isin(parameters.texts("acting"))
    edits = pd.concat([
        raised.assign(weight=FOR, what="fewest homes raised from "),
        status[acting].assign(weight=FOR, what="planning status changed from "),
        status[~acting].assign(weight=AGAINST, what="planning status changed from "),
    ]).set_index("owner")  # fmt: skip
    words = edits["what"].astype(object) + edits["before"].astype(object) + " to " + edits["after"].astype(object)
    sources = _records(edits["file"], schema.as_kind(edits["row"], "integer", edits.index))
    return _evidence(edits, "register edit", edits["weight"], words, dates=edits["at"], sources=sources)


def ended(facts: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the evidence of sites that left their register; why they did is not recorded."""
    gone = (facts["end_date"] <= day) | facts["register_state"].isin(["ended", "disappeared"])
    left = facts[gone]
    words = ["it left the register, which does not say why"] * len(left)
    dates = left["end_date"].where(left["end_date"] <= day, left["last_seen"])
    return _evidence(left, "left the register", FOR, words, dates=dates)


def _evidence(
    rows: pd.DataFrame,
    kind: str,
    weight: str | npt.NDArray[np.str_] | pd.Series,
    words: Iterable[str],
    *,
    dates: pd.Series | None = None,
    sources: str | pd.Series | None = None,
    dated: bool = True,
) -> pd.DataFrame:
    """Return one row of evidence per site of ``rows``; date and source as the register states them unless given."""
    stated = rows["stated"] if dates is None else dates
    columns = {
        "kind": kind,
        "finding": list(words),
        "weight": weight if isinstance(weight, str) else list(weight),
        "date": stated if dated else pd.NaT,
        "source": rows["source"] if sources is None else sources,
    }
    plain = {name: column.to_numpy() if isinstance(column, pd.Series) else column for name, column in columns.items()}
    return pd.DataFrame(plain, index=rows.index)


def looked_at(facts: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return what could be looked at on each site: one column of truths per test, in the words of the reasons.

    That no applicant is live is known only where the register, lately, states a status and it is no permission: of a
    permission past its start, or of an unknown day, nobody wrote down what became of it. A few new-build sales say that
    there are few only where the file covers all the years. An entry nobody edited, and one without a recorded start,
    are silent; silence is not looked at.
    """
    status = facts["planning_permission_status"]
    sold = facts["new_build_sales_5y"]
    covered = (facts["sales_years_covered"] >= _YEARS_OF_SALES) | (sold == 0)
    enough = sold >= load_parameters("deadweight").table("sales").integer("new_build")
    stated = status.notna() & (status != "permissioned") & (_years(facts["stated"], day) <= _fresh())
    return pd.DataFrame(
        {
            "live applicant": stated | _permissions_by_age(facts, day).live,
            "residual surplus": facts["residual_surplus_share"].notna(),
            "new-build sales": (sold.notna() & (covered | enough)).fillna(False).astype(bool),
        }
    )


def _records(files: pd.Series, rows: pd.Series) -> pd.Series:
    """Name the file and record something was read from; the register where neither is known."""
    named = [
        "register" if not isinstance(file, str) else file if pd.isna(row) else f"{file}, record {row}"
        for file, row in zip(files, rows, strict=True)
    ]
    return pd.Series(named, index=files.index, dtype="str")


def _fresh() -> float:
    """Return for how many years what a register states of permission holds."""
    return load_parameters("deadweight").table("applicant").number("fresh")


def _years(dates: pd.Series, day: pd.Timestamp) -> pd.Series:
    """Return the years from each date to ``day``."""
    days: pd.Series = (day - dates).dt.days
    return days / DAYS_PER_YEAR
