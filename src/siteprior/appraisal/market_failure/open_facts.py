"""What would decide the verdicts that are open: per site, cheapest first, and per free file how many it could decide.

A site's list has what would decide each open signal, and counter-evidence nobody could look at: that may alter a
verdict, too, but is not counted as open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.appraisal.market_failure.evidence import column, deadweight_part
from siteprior.appraisal.market_failure.facts import (
    EXTENT,
    FACT_KINDS,
    FREE_FILE,
    NOT_SCREENED,
    PERMISSION_DATED,
    QUESTION,
    SCREEN_STATED,
    Fact,
)
from siteprior.appraisal.market_failure.registry import SIGNALS, Signal
from siteprior.appraisal.market_failure.rules import FIRM, Record, Truths
from siteprior.appraisal.market_failure.verdict_range import Open, extremes, open_signals
from siteprior.core import schema

TOGETHER = "all of them"
"""What the last row of the table of files is called."""


POINT = "point"
"""What the shape of a site rests on where its extent is not known."""


class Listed(NamedTuple):
    """A fact, the signal it is about (blank: several, or the deadweight screen), and the sites it is listed for.

    ``lacking`` are the keys of a free file the project does not name; ``unsettles`` says whether the verdict is open
    for want of it.
    """

    letter: str
    fact: Fact
    where: Truths
    lacking: tuple[str, ...] = ()
    unsettles: bool = True

    @property
    def named(self) -> str:
        """What it is called in a list."""
        name = " with ".join(self.lacking) or self.fact.named
        return f"{name} ({self.letter})" if self.letter else name


def listed_facts(record: Record, unknown: Open, sites: pd.DataFrame, loaded: Collection[str] = ()) -> list[Listed]:
    """Return the facts that would decide what is open, the cheapest first, and counter-evidence not looked at.

    Parameters
    ----------
    record, unknown
        What the verdicts rest on, and what of it is open.
    sites
        The sites, with the register's columns, and those of the deadweight screen where it was made.
    loaded
        The keys of ``[evidence]`` and ``[sources]`` the project names: their files have shown what they can, where they
        looked.
    """
    placed = column(sites, "easting", "number").notna().to_numpy() if "easting" in sites else np.ones(len(sites), bool)
    listed, sizeless = list[Listed](), np.zeros(len(sites), dtype=np.bool_)
    for place, (letter, signal) in enumerate(SIGNALS.items()):
        missing, ranged = unknown.missing[:, place], unknown.ranged[:, place]
        facts = _facts_of(signal)
        if any(fact.of_extent or fact.average for fact in facts):
            sizeless |= missing & placed & _without_extent(sites)
        for fact in facts:
            if fact.kind == FREE_FILE:
                lacking, where = _unread(fact, sites, loaded)
                listed.append(Listed(letter, fact, missing & placed & where, lacking))
            elif fact.against:
                shown = ~record.closed[:, place] & (np.nan_to_num(record.at_value.counted[:, place]) > 0)
                listed.append(Listed(letter, fact, shown, unsettles=False))
            else:
                listed.append(Listed(letter, fact, missing | ranged))
                listed.append(Listed(letter, fact, record.average[:, place], unsettles=False))
    listed.append(Listed("", EXTENT, sizeless))
    listed += _screen_facts(sites)
    return sorted((each for each in listed if each.where.any()), key=lambda each: each.fact.order)


def _unread(fact: Fact, sites: pd.DataFrame, loaded: Collection[str]) -> tuple[tuple[str, ...], Truths]:
    """Return the keys of the free files that are lacking, and for which sites.

    A file that was read is lacking where it did not look: outside its coverage, or in years it does not cover whole.
    """
    lacking = tuple(key for key in fact.keys if key not in loaded or _is_short(fact, key, sites))
    if lacking:
        return lacking, np.ones(len(sites), dtype=np.bool_)
    if fact.looked not in sites:
        return fact.keys, np.zeros(len(sites), dtype=np.bool_)
    beyond = sites[fact.looked].isna()
    if fact.of_extent and "shape_basis" in sites:
        beyond &= sites["shape_basis"].fillna(POINT) != POINT
    return fact.keys[-1:], np.asarray(beyond, dtype=np.bool_)


def _is_short(fact: Fact, key: str, sites: pd.DataFrame) -> bool:
    """Return whether the file of a key was read and covers no whole unit of what is asked, such as a year of sales."""
    if fact.whole is None or fact.whole[0] != key or fact.whole[1] not in sites:
        return False
    return not (column(sites, fact.whole[1], "number") >= 1).any()


def _without_extent(sites: pd.DataFrame) -> Truths:
    """Return the sites of which neither a polygon nor hectares are known."""
    basis = column(sites, "shape_basis", "text").fillna(POINT)
    return np.asarray((basis == POINT) & column(sites, "hectares", "number").isna(), dtype=np.bool_)


def facts_in_words(listed: list[Listed], sites: pd.Index) -> pd.Series:
    """Return each site's list in words, by kind of fact; blank where nothing is open."""
    if not listed:
        return pd.Series(np.nan, index=sites, dtype="str")
    patterns, which = np.unique(np.column_stack([each.where for each in listed]), axis=0, return_inverse=True)
    words = np.array([_sentence([one for one, there in zip(listed, row, strict=True) if there]) for row in patterns])
    texts = pd.Series(words[which.ravel()], index=sites, dtype="str")
    return texts.where(texts != "")


def gaps_table(listed: list[Listed], sites: pd.Index, judged: pd.DataFrame) -> pd.DataFrame:
    """Return :data:`siteprior.core.schema.EVIDENCE_GAPS`: a row per site and fact on its list.

    Parameters
    ----------
    listed
        The facts, as :func:`listed_facts` returns them.
    sites
        Their sites.
    judged
        The verdicts of these sites: ``market_failure``, ``verdict_best``, ``verdict_worst``, ``settled``.
    """
    parts = []
    for number, each in enumerate(listed):
        at = np.flatnonzero(each.where)
        facts = {
            "signal": each.letter or None,
            "fact": each.fact.what,
            "fact_kind": each.fact.kind,
            "cost_order": each.fact.order,
            "keys": ", ".join(each.lacking) or None,
            "unsettles": "yes" if each.unsettles else "no",
        }
        parts.append(pd.DataFrame({"site_id": sites[at], **facts, "_site": at, "_number": number}))
    declared = schema.EVIDENCE_GAPS
    table = pd.concat(parts) if parts else pd.DataFrame({"site_id": [], "_site": [], "_number": []})
    table = table.sort_values(["_site", "_number"], ignore_index=True)
    verdicts = judged.reindex(pd.Index(table["site_id"]))
    of_site = ("market_failure", "verdict_best", "verdict_worst", "settled")
    table = table.assign(**{name: verdicts[name].to_numpy() for name in of_site})
    if len(table):
        table["unsettles"] = table["unsettles"].where(table["settled"] != "yes", "no")
    table.index = pd.RangeIndex(1, len(table) + 1, name=declared.index)
    return pd.DataFrame(
        {each.name: schema.as_kind(table.get(each.name), each.kind, table.index) for each in declared.columns},
        index=table.index,
    )


def files_table(record: Record, listed: list[Listed], ranked: pd.Series) -> pd.DataFrame:
    """Return :data:`siteprior.core.schema.EVIDENCE_FILES`: which free file would decide how many open verdicts.

    A file decides a verdict where nothing else that is open could move it any more. Counted twice: as if the file
    showed nothing on any site, and as if it showed the most its grade can be. The last row takes all files together.

    Parameters
    ----------
    record, listed
        What the verdicts rest on, and the facts that would decide what is open.
    ranked
        Which of the sites are ranked.
    """
    by_keys: dict[str, list[Listed]] = {}
    for each in listed:
        if each.fact.kind == FREE_FILE:
            by_keys.setdefault(", ".join(each.lacking), []).append(each)
    groups = [*by_keys.items(), *([(TOGETHER, [one for part in by_keys.values() for one in part])] if by_keys else [])]
    unknown = open_signals(record)
    unsettled = ~extremes(record, unknown).settled
    of_ranked = ranked.to_numpy(dtype=bool)
    rows = []
    for keys, files in groups:
        reached = np.any([each.where for each in files], axis=0)
        nothing, most = (unsettled & reached & _decided(record, unknown, files, share) for share in (0.0, 1.0))
        rows.append(
            {
                "keys": keys,
                "shows": "; ".join(each.fact.what for each in files) if keys != TOGETHER else None,
                "signals": " ".join(dict.fromkeys(each.letter for each in files)),
                "open_sites": int((unsettled & reached & of_ranked).sum()),
                "decided_if_nothing": int((nothing & of_ranked).sum()),
                "decided_if_most": int((most & of_ranked).sum()),
                "could_decide": int(((nothing | most) & of_ranked).sum()),
                "could_decide_considered": int((nothing | most).sum()),
            }
        )
    declared = schema.EVIDENCE_FILES
    table = pd.DataFrame(rows, columns=declared.names)
    table.index = pd.RangeIndex(1, len(table) + 1, name=declared.index)
    kinds = {each.name: schema.as_kind(table[each.name], each.kind, table.index) for each in declared.columns}
    return pd.DataFrame(kinds, index=table.index)


def _decided(record: Record, unknown: Open, files: list[Listed], share: float) -> Truths:
    """Return which verdicts nothing could move any more if the files showed this share of what they can."""
    letters, apart = list(SIGNALS), record.apart()
    missing, average, values = unknown.missing.copy(), record.average.copy(), record.at_value
    for each in files:
        where = np.zeros_like(missing)
        where[:, letters.index(each.letter)] = each.where
        weight, own = share * record.rules.grades[each.fact.grade], not each.fact.average
        values = values.filled(where, weight, apart=apart, firm=each.fact.grade in FIRM, own=own)
        missing &= ~where
        average |= where & each.fact.average
    filled = replace(record, at_value=values, average=average)
    return extremes(filled, Open(missing, unknown.ranged)).settled


def _facts_of(signal: Signal) -> tuple[Fact, ...]:
    """Return the facts a signal declares; of one that may be open and declares none, what it is measured by."""
    return signal.facts or ((Fact(QUESTION, signal.measured_by),) if signal.may_be_open else ())


def _screen_facts(sites: pd.DataFrame) -> Iterator[Listed]:
    """Yield what the deadweight screen could not look at: questions to the council that leave no verdict open."""
    status = column(sites, "planning_permission_status", "text")
    reasons = column(sites, "deadweight_reasons", "text")
    unseen = deadweight_part(reasons, schema.DEADWEIGHT_LOOKED[1]).fillna("")
    listed = unseen.str.split(", ")
    asked = [(fact, column(sites, name, "text").isna()) for name, fact in SCREEN_STATED]
    if {"planning_permission_type", "planning_permission_date"} <= {*sites.columns}:
        stated = sites[["planning_permission_type", "planning_permission_date"]].notna().all(axis=1)
        asked.append((PERMISSION_DATED, (status == "permissioned") & ~stated))
    for name in sorted({name for names in listed for name in names if name}):
        where = pd.Series([name in names for names in listed], index=sites.index)
        asked.append((Fact(QUESTION, f"deadweight screen: {name}"), where))
    asked.append((NOT_SCREENED, reasons.isna()))
    for fact, where in asked:
        yield Listed("", fact, where.to_numpy(dtype=bool), unsettles=False)


def _sentence(listed: list[Listed]) -> str:
    """Write facts by kind: ``free file: parcels (C); ground report: a ground investigation (X)``."""
    by_kind = {kind: dict.fromkeys(one.named for one in listed if one.fact.kind == kind) for kind in FACT_KINDS}
    return "; ".join(f"{kind}: {', '.join(names)}" for kind, names in by_kind.items() if names)
