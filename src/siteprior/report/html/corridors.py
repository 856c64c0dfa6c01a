"""The report's section on corridors: the corridors side by side, strip maps, access by timetable, scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from siteprior.core.schema import SITE_PTAL_COLUMNS
from siteprior.report.html._common import plain_rows
from siteprior.report.html.pictures import small_picture

_BANDS = next(column.allowed for column in SITE_PTAL_COLUMNS if column.name == "access_band")


def corridor_section(
    sites: pd.DataFrame,
    *,
    summary: pd.DataFrame,
    strips: Mapping[str, tuple[bytes, str]],
    scenarios: pd.DataFrame,
    catchment: tuple[bytes, str] | None = None,
) -> dict[str, Any]:
    """Collect what the section shows.

    Parameters
    ----------
    sites
        Every site considered (:data:`siteprior.core.schema.SITES`).
    summary
        :data:`siteprior.core.schema.CORRIDOR_SUMMARY`.
    strips
        Strip maps by corridor: the PNG and what it shows in words.
    scenarios
        :data:`siteprior.core.schema.SCENARIO_SUMMARY`; possibly no row.
    catchment
        Map of the leading corridor's walk catchment, as PNG and in words.
    """
    reach = sites["corridors_in_reach"].fillna(0)
    known = sites["walk_basis"].dropna()
    network = bool(len(known)) and known.eq("network").any()
    return {
        "rows": plain_rows(_with_failure(summary[summary["sites"] > 0]).reset_index()),
        "served": int((reach > 0).sum()),
        "several": int((reach > 1).sum()),
        "walks": "measured along the streets" if network else "straight lines times a factor, as no streets were given",
        "pictures": [
            {"picture": small_picture(picture), "alt": words}
            for picture, words in (*strips.values(), *([] if catchment is None else [catchment]))
        ],
        "index": _index(sites[sites["rank"].notna()]),
        "scenarios": plain_rows(scenarios.reset_index()),
    }


def _with_failure(summary: pd.DataFrame) -> pd.DataFrame:
    """Add the share of sites in reach where market failure is identified or indicated, in per cent.

    It is missing where no site could be judged: zero would read as a finding.
    """
    share = summary["identified_share"] + summary["indicated_share"]
    return summary.assign(failure_share=share.mask(summary["cannot_tell_share"] >= 100))


def _index(ranked: pd.DataFrame) -> dict[str, Any] | None:
    """Count the ranked sites per band of the access index; ``None`` where no timetable was read."""
    days = ranked["service_date"].dropna()
    if days.empty:
        return None
    counted = ranked["access_band"].value_counts()
    return {
        "day": str(days.max().date()),
        "bands": [{"name": band, "sites": int(counted.get(band, 0))} for band in _BANDS],
        "missing": int(ranked["access_band"].isna().sum()),
    }
