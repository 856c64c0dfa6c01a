"""The report's section on the decision: how sure the order is, and what a budget buys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from siteprior.report.html._common import plain_rows
from siteprior.report.html.pictures import small_picture

SHOWN = 25
"""Rows of the programme that the page shows; the GeoPackage has all."""


def decision_section(
    *,
    acceptability: pd.DataFrame,
    shortlist: int,
    programme: pd.DataFrame,
    constraints: pd.DataFrame,
    record: Mapping[str, Any],
    bands: tuple[bytes, str] | None = None,
    core: tuple[bytes, str] | None = None,
) -> dict[str, Any]:
    """Collect what the section shows.

    Parameters
    ----------
    acceptability
        How sure each rank is (:data:`siteprior.core.schema.TOP_K_ACCEPTABILITY`).
    shortlist
        Length of the shortlist.
    programme, constraints
        What is chosen, and what it keeps to (:data:`siteprior.core.schema.PROGRAMME`, ``PROGRAMME_CONSTRAINTS``);
        possibly no row.
    record
        What the run record says of the programme; empty where the project asks for none.
    bands, core
        Pictures of rank bands and of core indices: the PNG and what it shows in words.
    """
    first = acceptability.head(shortlist)
    share = first["top_k_acceptability"]
    return {
        "surely": int((share >= SURE).sum()),
        "of": len(first),
        "sure": f"{SURE:.0%}",
        "outside": int((acceptability["top_k_acceptability"].iloc[shortlist:] >= MAYBE).sum()),
        "maybe": f"{MAYBE:.0%}",
        "bands": _picture(bands),
        "core": _picture(core),
        "asked": bool(record),
        "note": record.get("note", ""),
        "record": {
            **record,
            "homes": programme["opportunity_dwellings"].sum() if len(programme) else None,
            "cost_m": record.get("cost_gbp", 0.0) / 1e6,
            "gap_percent": 100 * record.get("gap", 0.0),
            "reasons": ", ".join(f"{why} ({n:,})" for why, n in record.get("left_out_for", {}).items()),
        },
        "rows": plain_rows(programme.head(SHOWN).reset_index()),
        "more": max(0, len(programme) - SHOWN),
        "limits": plain_rows(constraints),
        "conflict": bool(len(constraints)) and bool(constraints["relax_by"].notna().any()),
    }


SURE, MAYBE = 0.9, 0.1
"""Shares of draws the page counts from: nearly sure to be on the shortlist, and not to be ruled out."""


def _picture(drawn: tuple[bytes, str] | None) -> dict[str, str] | None:
    if drawn is None:
        return None
    picture, words = drawn
    return {"picture": small_picture(picture), "alt": words}
