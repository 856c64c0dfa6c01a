"""Deadweight: would the site be built without public money? A screen by rule, each finding with its date and source.

Nothing is trained here, for there is nothing to train on: registers do not record what was built. A silent register is
no evidence that nobody builds, and a blank never clears a site.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core import schema
from siteprior.core.parameters import load_parameters
from siteprior.core.renamed import with_new_columns

FAILS, FOR, AGAINST = schema.DEADWEIGHT_WEIGHTS

DAYS_PER_YEAR = 365.25
"""Length of the mean calendar year in days: dates become years by it."""

_YEARS_OF_SALES = 5  # those of the column new_build_sales_5y
_DECIMALS = 6  # floating-point tolerance: a tenth of 110 homes is 11, not 11.000…001

_TABLE = schema.SITES.without_places()
_NEEDS = (
    "development_status", "planning_permission_status", "planning_permission_type", "planning_permission_date",
    "entry_date", "end_date",
)  # fmt: skip
_MAY_HAVE = {
    "file": "text", "row": "integer", "last_seen": "date", "register_state": "text",
    "also_known_as": "text", "residual_surplus_share": "number", "gap_probability": "number",
    "viability_basis": "text", "new_build_sales_5y": "integer",
    "nearest_new_build_sale_m": "number", "sales_years_covered": "number",
}  # fmt: skip
_EVENTS = replace(schema.HISTORY, index="")
_EVENT_COLUMNS = ("site_id", "published", "event", "before", "after", "file", "row")


class Deadweight(NamedTuple):
    """What the screen says of each site, and on what evidence.

    Attributes
    ----------
    columns
        :data:`siteprior.core.schema.SITE_DEADWEIGHT_COLUMNS` on the index of the sites.
    evidence
        :data:`siteprior.core.schema.DEADWEIGHT_EVIDENCE`: sites in their order, kinds in theirs.
    """

    columns: pd.DataFrame
    evidence: pd.DataFrame


def site_deadweight(sites: pd.DataFrame, *, as_of: date, history: pd.DataFrame | None = None) -> Deadweight:
    """Screen sites for deadweight by dated evidence: a verdict, whether a failing test holds, and every finding.

    A site *fails* where

    1. its register records a start or a completion;
    2. its residual surplus exceeds 10% of gross development value;
    3. an applicant is live: a decision was pending, unless both the entry's update and the last vintage that lists it
       are more than 2 years old; or a detailed permission is within the years its start is expected in, and no clear
       shortfall is measured.

    Softer evidence indicates deadweight (``speaks for``): a smaller surplus, any other permission within those
    years, an older statement that a decision is pending, new-build sales near the site, homes raised or a permission
    gained on the register lately, an entry that was ended. A measured shortfall, no new-build sale in five years, or a
    permission lost lately are counter-evidence (``speaks against``); they clear no site that fails.

    The verdict is ``likely`` where a failing test holds, ``possible`` where softer evidence indicates it,
    ``none found`` where something could be looked at and nothing indicated it, else ``cannot tell``. Silence is not
    taken as having looked: not that no start is recorded, for registers record few; not a planning status stated more
    than 2 years ago, or on no stated day; not a permission past its start, which may have been built.

    Parameters
    ----------
    sites
        Sites with the register's columns; ``residual_surplus_share``, ``gap_probability`` and ``viability_basis`` from
        the viability, ``new_build_sales_5y``, ``sales_years_covered`` and ``nearest_new_build_sale_m`` from the sales,
        ``last_seen`` and ``register_state`` from the history, where there are any.
    as_of
        The day on which ages are calculated; what is dated later says nothing.
    history
        :data:`siteprior.core.schema.HISTORY`, the events of the sites' registers; ``None`` where no vintages were read.

    Returns
    -------
    Deadweight

    Raises
    ------
    InputError
        When a column is missing, or the index is not ``site_id``.

    Notes
    -----
    Numbers: ``parameters/deadweight.toml``, proposals of this project. That a detailed permission counts until it
    expires unless there is clear evidence otherwise: National Planning Policy Framework, Annex 2, *deliverable* (a).
    Years to the expected start: Town and Country Planning Act 1990, sections 91 and 92 (``parameters/failure.toml``).

    Examples
    --------
    >>> sites = pd.DataFrame(
    ...     {"planning_permission_status": ["permissioned", "not permissioned", None],
    ...      "planning_permission_type": ["full planning permission", None, None],
    ...      "planning_permission_date": ["2020-01-01", None, None], "entry_date": "2020-12-01"},
    ...     index=pd.Index(list("abc"), name="site_id"))
    >>> screened = site_deadweight(schema.conform(sites, schema.REGISTER), as_of=date(2021, 1, 1))
    >>> screened.columns[["deadweight", "deadweight_failed"]].astype(object).fillna("").values.tolist()
    [['likely', 'yes'], ['none found', 'no'], ['cannot tell', '']]
    >>> screened.evidence[["site_id", "kind", "weight"]].values.tolist()
    [['a', 'live permission', 'fails']]
    """
    sites = with_new_columns(sites, "site_prices", name="sites")
    schema.check(sites, _TABLE, name="sites", needs=_NEEDS, may_have=_MAY_HAVE)
    if history is not None:
        schema.check(history, _EVENTS, name="history", needs=_EVENT_COLUMNS)
    day = pd.Timestamp(as_of)
    facts = _attributes(sites, day)
    tests = [
        _starts(facts),
        _surplus(facts),
        _pending(facts, day),
        _permissions(facts, day),
        _new_build(facts),
        _edits(facts, history, day),
        _ended(facts, day),
    ]
    evidence = _ordered(tests, sites.index)
    return Deadweight(_judge(evidence, _looked_at(facts, day), sites.index), evidence)


def _attributes(sites: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return what the tests read, every column there and of its kind, with the day and source of what is stated.

    What a register states holds on the latest of the days known: of the entry's last update and of the last vintage
    that lists the site; of an ended entry no later than its end. ``stale`` needs both days, so that a blank is fresh.
    """
    kinds = {column.name: column.kind for column in schema.REGISTER.columns if column.name in _NEEDS} | _MAY_HAVE
    facts = pd.DataFrame({name: schema.as_kind(sites.get(name), kind, sites.index) for name, kind in kinds.items()})
    listed = facts["last_seen"].where(~(facts["end_date"] < facts["last_seen"]), facts["end_date"])
    days = pd.DataFrame({"updated": facts["entry_date"], "listed": listed})
    days = days.where(days <= day)
    facts["stated"] = schema.as_kind(days.max(axis=1), "date", sites.index)
    facts["stale"] = days.notna().all(axis=1) & (_years(facts["stated"], day) > _fresh())
    facts["source"] = _records(facts["file"], facts["row"])
    return facts


def _starts(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the evidence of a start or a completion recorded by the register."""
    begun = facts[facts["development_status"].notna()]
    words = [f"{stage} is recorded" for stage in begun["development_status"]]
    return _evidence(begun, "start or completion", FAILS, words)


def _surplus(facts: pd.DataFrame) -> pd.DataFrame:
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


def _pending(facts: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the evidence of a pending decision; one stated long ago only indicates deadweight."""
    pending = facts[facts["planning_permission_status"] == "pending decision"]
    years = _years(pending["stated"], day)
    words = [
        "a decision is pending" + (", on no stated day" if np.isnan(age) else f", as stated {age:.1f} years before")
        for age in years
    ]
    return _evidence(pending, "live applicant", np.where(pending["stale"], FOR, FAILS), words)


def _permissions(facts: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the evidence of permissions still within the years their start is expected in.

    A detailed one fails, unless the viability shows a clear shortfall; any other indicates deadweight.
    """
    parameters = load_parameters("deadweight")
    permissions = _permissions_by_age(facts, day)
    live = permissions.live
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
            granted["planning_permission_date"], permissions.years[live], permissions.limit[live],
            shortfall & detailed, strict=True,
        )
    ]  # fmt: skip
    weight = np.where(detailed & ~shortfall, FAILS, FOR)
    return _evidence(granted, "live permission", weight, words, dates=granted["planning_permission_date"])


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


def _new_build(facts: pd.DataFrame) -> pd.DataFrame:
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


def _edits(facts: pd.DataFrame, history: pd.DataFrame | None, day: pd.Timestamp) -> pd.DataFrame:
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


def _ended(facts: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
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


def _ordered(tests: list[pd.DataFrame], sites: pd.Index) -> pd.DataFrame:
    """Return all evidence as the declared table: sites in their order, kinds in theirs, then by date."""
    rows = pd.concat([part.rename_axis("site_id").reset_index() for part in tests if len(part)] or [tests[0]])
    rows = rows.reindex(columns=schema.DEADWEIGHT_EVIDENCE.names)
    rows["date"] = schema.as_kind(rows["date"], "date", rows.index)
    place = pd.DataFrame({
        "site": sites.get_indexer(pd.Index(rows["site_id"])),
        "kind": rows["kind"].map({kind: at for at, kind in enumerate(schema.DEADWEIGHT_KINDS)}).to_numpy(),
        "date": rows["date"].to_numpy(),
        "finding": rows["finding"].to_numpy(),
    })  # fmt: skip
    rows = rows.iloc[place.sort_values(["site", "kind", "date", "finding"]).index]
    rows.index = pd.RangeIndex(1, len(rows) + 1, name=schema.DEADWEIGHT_EVIDENCE.index)
    return pd.DataFrame(schema.conform(rows, schema.DEADWEIGHT_EVIDENCE))


def _looked_at(facts: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
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


def _judge(evidence: pd.DataFrame, looked_at: pd.DataFrame, sites: pd.Index) -> pd.DataFrame:
    """Return the verdict, whether a failing test holds, and the reasons in words."""
    words_by_weight = {
        weight: rows.groupby("site_id", sort=False)["finding"].agg("; ".join).reindex(sites)
        for weight, rows in ((w, evidence[evidence["weight"] == w]) for w in schema.DEADWEIGHT_WEIGHTS)
    }
    fails, possible = words_by_weight[FAILS].notna(), words_by_weight[FOR].notna()
    looked = looked_at.any(axis=1)
    verdict = np.select([fails, possible, looked], ["likely", "possible", "none found"], "cannot tell")
    failed = np.select([fails, possible | looked], ["yes", "no"], "")
    reasons = []
    for row in zip(
        *(words_by_weight[weight] for weight in schema.DEADWEIGHT_WEIGHTS), looked_at.to_numpy(), strict=True
    ):
        *findings, seen = row
        parts = [
            f"{weight}: {words}"
            for weight, words in zip(schema.DEADWEIGHT_WEIGHTS, findings, strict=True)
            if isinstance(words, str)
        ]
        parts += [
            f"{what}: {', '.join(looked_at.columns[places])}"
            for what, places in zip(schema.DEADWEIGHT_LOOKED, (seen, ~seen), strict=True)
            if places.any()
        ]
        reasons.append(". ".join(parts))
    texts = {"deadweight": verdict, "deadweight_failed": failed, "deadweight_reasons": reasons}
    columns = {name: schema.as_kind(pd.Series(column, index=sites), "text", sites) for name, column in texts.items()}
    return pd.DataFrame(columns).replace({"deadweight_failed": {"": np.nan}})


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
