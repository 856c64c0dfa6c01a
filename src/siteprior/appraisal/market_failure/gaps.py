"""Which facts would decide the verdicts that are open, site by site, and how many of them each free file could."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from siteprior.appraisal.market_failure.judged import Judged, judge
from siteprior.appraisal.market_failure.open_facts import files_table, gaps_table
from siteprior.appraisal.market_failure.rules import ORDER, Rules, verdicts
from siteprior.appraisal.market_failure.verdict_range import range_columns


def evidence_gaps(
    sites: pd.DataFrame, signals: pd.DataFrame, *, loaded: Collection[str] = (), rules: Rules | None = None
) -> pd.DataFrame:
    """List per site the facts that would decide its verdict, the cheapest first, and counter-evidence not looked at.

    Parameters
    ----------
    sites, signals, loaded, rules
        As for :func:`siteprior.appraisal.market_failure.verdict.failure_verdict`.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.EVIDENCE_GAPS`: a row per site and open fact, sites in their order.

    Raises
    ------
    InputError
        As :func:`siteprior.appraisal.market_failure.verdict.failure_verdict`.

    Examples
    --------
    >>> from siteprior.appraisal.market_failure.signals import COLUMNS
    >>> sites = pd.DataFrame({"development_status": [None], "planning_permission_status": [None]},
    ...                      index=pd.Index(["a"], name="site_id"))
    >>> gaps = evidence_gaps(sites, pd.DataFrame(columns=COLUMNS))
    >>> gaps.loc[gaps["signal"] == "C", ["fact", "keys", "cost_order", "unsettles"]].values.tolist()
    [['registered land parcels on the site', 'parcels', 1, 'yes'], ['how many owners there are', nan, 2, 'yes']]
    """
    return _gaps(judge(sites, signals, loaded, rules), sites.index)


def gaps_and_files(
    sites: pd.DataFrame, signals: pd.DataFrame, *, loaded: Collection[str] = (), rules: Rules | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what :func:`evidence_gaps` lists per site and :func:`deciding_files` counts per file, judged once.

    Parameters
    ----------
    sites, signals, loaded, rules
        As for these two.

    Raises
    ------
    InputError
        As :func:`siteprior.appraisal.market_failure.verdict.failure_verdict`.

    Examples
    --------
    >>> from siteprior.appraisal.market_failure.signals import COLUMNS
    >>> sites = pd.DataFrame({"development_status": [None], "planning_permission_status": [None]},
    ...                      index=pd.Index(["a"], name="site_id"))
    >>> gaps, files = gaps_and_files(sites, pd.DataFrame(columns=COLUMNS))
    >>> gaps.equals(evidence_gaps(sites, pd.DataFrame(columns=COLUMNS))), "all of them" in set(files["keys"])
    (True, True)
    """
    judged = judge(sites, signals, loaded, rules)
    return _gaps(judged, sites.index), _files(judged, sites)


def _gaps(judged: Judged, sites: pd.Index) -> pd.DataFrame:
    """Return the open facts of each site, with its verdict."""
    record = judged.record
    columns = range_columns(record, judged.unknown, judged.counted)
    columns["market_failure"] = np.array(ORDER)[verdicts(record, record.at_value)]
    return gaps_table(judged.listed, sites, columns)


def deciding_files(
    sites: pd.DataFrame,
    signals: pd.DataFrame,
    *,
    loaded: Collection[str] = (),
    rules: Rules | None = None,
) -> pd.DataFrame:
    """Count per free file that was not read, and for all together, how many open verdicts it could decide.

    Parameters
    ----------
    sites, signals, loaded, rules
        As for :func:`siteprior.appraisal.market_failure.verdict.failure_verdict`; where the sites have a ``rank``, the
        ranked ones are counted by themselves.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.EVIDENCE_FILES`; without a row where every free file was read.

    Raises
    ------
    InputError
        As :func:`siteprior.appraisal.market_failure.verdict.failure_verdict`.

    Examples
    --------
    >>> from siteprior.appraisal.market_failure.signals import COLUMNS
    >>> sites = pd.DataFrame({"development_status": [None], "planning_permission_status": [None]},
    ...                      index=pd.Index(["a"], name="site_id"))
    >>> zeros = [("a", letter, "primary", 0.0, "A", "none", "none") for letter in "VXP"]
    >>> zeros.append(("a", "T", "corroborating", 0.0, "B", "none", "none"))
    >>> deciding_files(sites, pd.DataFrame(zeros, columns=COLUMNS))[["keys", "decided_if_nothing"]].values.tolist()
    [['parcels', 1], ['all of them', 1]]
    """
    return _files(judge(sites, signals, loaded, rules), sites)


def _files(judged: Judged, sites: pd.DataFrame) -> pd.DataFrame:
    """Return how many open verdicts each free file could decide, of ranked sites and of all."""
    ranked = sites["rank"].notna() if "rank" in sites else pd.Series(True, index=sites.index)
    return files_table(judged.record, judged.listed, ranked)
