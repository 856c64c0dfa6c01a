"""The made-up run of the report's tests as a page to work with."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
from PIL import Image

from siteprior.report.base_map.cut import BaseMap
from siteprior.report.interactive.page_data import page_data


def values_of(run: Any) -> pd.DataFrame:
    """Return the values (0–1) the made-up run ranked by: its contributions over its weights, by ``site_id``."""
    ranked = run.sites[run.sites["rank"].notna()].sort_index()
    criteria = run.criteria[["criterion", "weight"]].itertuples(index=False)
    return pd.DataFrame({name: ranked[f"c_{name}"] / weight for name, weight in criteria})


def made_up_page(run: Any, *, base_map: BaseMap | None = None, **changes: Any) -> dict[str, Any]:
    """Return what ``write_report`` takes for the made-up run, or for one with other tables."""
    tables = {name: getattr(run, name) for name in ("record", "sites", "shortlist", "criteria", "issues")} | changes
    drawn = io.BytesIO()
    Image.new("RGB", (640, 400), "white").save(drawn, "PNG")
    programme = tables["shortlist"].head(3).assign(year=2027)
    explore = page_data(
        tables["record"], tables["sites"], tables["shortlist"], tables["criteria"], areas=run.areas,
        corridors=run.corridors, stops=run.stops, programme=programme, values=values_of(run),
        base_map=base_map,
    )  # fmt: skip
    return {**tables, "picture": drawn.getvalue(), "explore": explore}
