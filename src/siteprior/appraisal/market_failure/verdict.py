"""The verdict on market failure: Identified, Indicated, Not found, or Cannot tell, with its codes and reasons.

The signals it rests on: :mod:`siteprior.appraisal.market_failure.signals`. Need is not market failure: no index of
deprivation is read here, and none may be.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteprior.appraisal.market_failure.evidence import column
from siteprior.appraisal.market_failure.registry import SIGNALS, letters_of
from siteprior.appraisal.market_failure.signals import (
    COLUMNS,
    WEIGHTED,
    check_signals,
    failure_signals,
    select_strongest,
    signal_table,
)
from siteprior.core import schema
from siteprior.core.parameters import load_parameters
from siteprior.core.renamed import with_new_columns

__all__ = ["COLUMNS", "SIGNALS", "failure_signals", "failure_verdict", "signal_table"]

_TABLE = schema.SITES.without_places()
_DECIMALS = 12  # floating-point tolerance: thresholds are compared on rounded numbers


def failure_verdict(sites: pd.DataFrame, signals: pd.DataFrame) -> pd.DataFrame:
    """Judge market failure per site from its signals: a verdict, codes, reasons and strengths (0–1).

    With the weighted signal = grade's weight × signal, in its strongest reading: strength = 1 − Π(1 − weighted signal)
    over the primary signals known, corroboration = the largest weighted signal of the others. Tested in this order:

    1. *Identified*: strength, one reading of a primary of grade A or B, and corroboration reach their thresholds, and
       the deadweight screen is not failed (:func:`deadweight_screen`);
    2. *Cannot tell*: more than half of the primary signals are missing;
    3. *Indicated*: strength or corroboration reaches its lower threshold;
    4. *Not found*.

    Parameters
    ----------
    sites
        Sites with ``development_status`` and ``planning_permission_status``, and ``deadweight_failed`` with
        ``deadweight_reasons`` where deadweight was screened; index ``site_id``.
    signals
        Known signals as :func:`failure_signals` returns them; rows of the user's own may stand among them.

    Returns
    -------
    DataFrame
        ``market_failure``, ``market_failure_reasons`` (letter, rank by weighted signal among the site's signals,
        grade), ``market_failure_note`` (two lines), ``failure_strength`` (missing where no primary is known),
        ``failure_corroboration`` (missing where none other is), and the shares of the signals that are known:
        ``failure_strength_coverage``, ``failure_corroboration_coverage``, ``failure_coverage``; on the index of
        ``sites``.

    Raises
    ------
    InputError
        When the signals name sites, letters or grades that do not exist, or a value outside 0–1.

    Warns
    -----
    RenamedWarning
        When a column bears the name it had in an earlier release.

    Notes
    -----
    Thresholds and grade weights: ``parameters/failure.toml``, a proposal of this project, not guidance.

    Examples
    --------
    >>> sites = pd.DataFrame({"development_status": [None], "planning_permission_status": [None]},
    ...                      index=pd.Index(["a"], name="site_id"))
    >>> signals = pd.DataFrame(
    ...     [("a", "V", "primary", 0.8, "A", "gap of £20k a home", "none"),
    ...      ("a", "C", "primary", 0.5, "B", "mixed ownership is stated", "none"),
    ...      ("a", "A", "corroborating", 1.0, "A", "derelict since 1990", "none")], columns=COLUMNS)
    >>> failure_verdict(sites, signals).iloc[0][["market_failure", "market_failure_reasons"]].tolist()
    ['Identified', 'A1A V2A C3B']
    """
    needs, may_have = ["development_status", "planning_permission_status"], ["deadweight_failed", "deadweight_reasons"]
    schema.check(sites, _TABLE, name="sites", needs=needs, may_have=may_have)
    signals = with_new_columns(signals, "market_failure_signals", name="signals")
    check_signals(signals, sites.index)
    thresholds = load_parameters("failure").table("verdict")
    record = select_strongest(signals, sites.index)
    weighed = record[record["counts"] == "yes"]
    wide = weighed.pivot_table(index="site_id", columns="signal", values=WEIGHTED, aggfunc="first")
    wide = wide.reindex(index=sites.index, columns=list(SIGNALS))
    primary, other = wide[letters_of("primary")], wide[letters_of("corroborating")]

    strength = (1 - (1 - primary.fillna(0)).prod(axis=1)).round(_DECIMALS).where(primary.notna().any(axis=1))
    corroboration = other.max(axis=1)
    # every reading may be the firm one: were only the strongest asked, a blank could let a firmer, weaker one through
    graded = record[(record["kind"] == "primary") & record["grade"].isin(["A", "B"])]
    firm = sites.index.isin(graded.loc[graded[WEIGHTED] >= thresholds.number("identified_primary"), "site_id"])
    screened = deadweight_screen(sites)

    identified = (strength >= thresholds.number("identified_strength")) & firm & (screened == "")
    identified &= corroboration >= thresholds.number("identified_corroboration")
    cannot_tell = primary.isna().mean(axis=1) > thresholds.number("cannot_tell_above")
    indicated = strength >= thresholds.number("indicated_strength")
    indicated |= corroboration >= thresholds.number("indicated_corroboration")
    verdict = np.select([identified, cannot_tell, indicated], ["Identified", "Cannot tell", "Indicated"], "Not found")

    table = pd.DataFrame(
        {
            "market_failure": pd.Series(verdict, index=sites.index, dtype="str"),
            "failure_strength": strength,
            "failure_strength_coverage": primary.notna().mean(axis=1),
            "failure_corroboration": corroboration,
            "failure_corroboration_coverage": other.notna().mean(axis=1),
            "failure_coverage": wide.notna().mean(axis=1),
        }
    )
    named = weighed[weighed[WEIGHTED] >= thresholds.number("code_from")]
    table.insert(1, "market_failure_reasons", _codes(named).reindex(sites.index).astype("str"))
    table.insert(2, "market_failure_note", _notes(table, _ranked(named), primary.notna().sum(axis=1), screened))
    return table


def deadweight_screen(sites: pd.DataFrame) -> pd.Series:
    """Return per site why the market may act on its own, in words; blank where nothing says so.

    ``deadweight_failed`` decides where it is yes or no, and of ``deadweight_reasons`` the part that failed is returned.
    Where it is blank or absent the register alone is asked: a start or completion recorded, an application pending.

    Examples
    --------
    >>> sites = pd.DataFrame({"development_status": ["completed", None, None],
    ...     "planning_permission_status": [None, "pending decision", "permissioned"]})
    >>> deadweight_screen(sites).tolist()
    ['completed', 'application pending', '']
    """
    pending = sites["planning_permission_status"] == "pending decision"
    stage = column(sites, "development_status", "text")
    asked = stage.fillna("").where(stage.notna() | ~pending, "application pending")
    failed = column(sites, "deadweight_failed", "flag")
    fails = schema.DEADWEIGHT_WEIGHTS[0]
    reasons = column(sites, "deadweight_reasons", "text").fillna("deadweight is likely")
    why = reasons.map(lambda words: schema.deadweight_parts(words).get(fails, words))
    return asked.mask(failed == "no", "").mask(failed == "yes", why)


def _ranked(named: pd.DataFrame) -> pd.DataFrame:
    """Sort each site's signals by strength, equal ones in the order of :data:`SIGNALS`, and number them from 1."""
    place = named["signal"].map({letter: number for number, letter in enumerate(SIGNALS)})
    ranked = named.assign(place=place).sort_values(["site_id", WEIGHTED, "place"], ascending=[True, False, True])
    return ranked.assign(number=ranked.groupby("site_id").cumcount() + 1)


def _codes(named: pd.DataFrame) -> pd.Series:
    """Return the codes of each site, strongest first: ``C1B S2B A3B``."""
    ranked = _ranked(named)
    code = ranked["signal"] + ranked["number"].astype("str") + ranked["grade"]
    return code.groupby(ranked["site_id"], sort=False).agg(" ".join)


def _notes(table: pd.DataFrame, ranked: pd.DataFrame, primaries: pd.Series, screened: pd.Series) -> pd.Series:
    """Return two lines per site: the verdict with its numbers, and the reasons, strongest first."""
    words = ranked["signal"] + " " + ranked["reason"]
    reasons = words.groupby(ranked["site_id"], sort=False).agg("; ".join).reindex(table.index)
    lines = []
    rows = zip(
        table["market_failure"], table["failure_strength"], table["failure_corroboration"], table["failure_coverage"],
        primaries, screened, reasons, strict=True,
    )  # fmt: skip
    for verdict, strength, corroboration, coverage, known, stage, reason in rows:
        first = (
            f"{verdict}: {known} of {len(letters_of('primary'))} primary signals known, strength {_number(strength)}; "
            f"corroboration {_number(corroboration)}; {round(coverage * len(SIGNALS))} of {len(SIGNALS)} signals known"
        )
        stage = f"; deadweight screen failed: {stage}" if stage else ""
        lines.append(f"{first}{stage}.\n{_sentence(reason)}")
    return pd.Series(lines, index=table.index, dtype="str")


def _number(value: float) -> str:
    """Write a strength with two decimals, or that it is not known."""
    return "not known" if np.isnan(value) else f"{value:.2f}"


def _sentence(reasons: str | float) -> str:
    """Write the reasons as one sentence, or that nothing stands out."""
    return f"{reasons}." if isinstance(reasons, str) else "No signal stands out."
