"""The page of a package: the sites of one cut, with what its audience may see; opens from a folder, loads nothing."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from siteprior.core.files import write_text
from siteprior.core.schema import SITES
from siteprior.report.audience import INTERNAL, PUBLIC, Audience
from siteprior.report.html._common import plain_rows
from siteprior.report.html.render import render

COLUMNS = (
    "rank", "site_id", "site_name", "organisation_name", "score", "rank_p05", "rank_p95", "market_failure", "hectares",
    "minimum_net_dwellings", "planning_permission_status", "ownership_status", "nearest_stop", "walk_m", "bus_walk_m",
    "access_band", "corridor", "corridor_walk_m", "imd_decile", "coordinate_confidence",
)  # fmt: skip
"""The columns of the page's table, as far as the sites have them."""

DECIMALS = {"hectares": 2, "score": 3, "walk_m": 0, "bus_walk_m": 0, "corridor_walk_m": 0}


def write_hand_over_page(
    path: Path | str,
    *,
    record: Mapping[str, Any],
    audience: Audience,
    sites: pd.DataFrame,
    picture: bytes,
    dossiers: Mapping[str, str] | None = None,
) -> Path:
    """Write the page of a package: map, table of sites and sources, with nothing the audience may not see.

    Parameters
    ----------
    path
        The file to write, whole or not at all.
    record
        What the audience may read of the run's record (:func:`siteprior.report.audience.audience_record`).
    audience
        Whom it is for; stands at the top.
    sites
        The sites with the columns the audience sees, in the order to show them, on the index ``site_id``.
    picture
        The map as PNG.
    dossiers
        Path of the dossier of each site, relative to the page.

    Returns
    -------
    Path
        The file written; the same bytes from the same tables.

    Raises
    ------
    OutputError
        When the file is open elsewhere or the folder cannot be written.
    """
    listed = pd.DataFrame(sites.drop(columns="geometry", errors="ignore")).reset_index()
    shown = [name for name in COLUMNS if name in listed]
    declared = {column.name: column for column in SITES.columns}
    heads = [
        {"label": "Site id" if name == "site_id" else declared[name].label,
         "unit": declared[name].unit if name in declared and declared[name].unit in ("m", "ha", "homes") else "",
         "number": name != "site_id" and declared[name].kind in ("number", "integer")}
        for name in shown
    ]  # fmt: skip
    page = render(
        "hand_over.html.j2",
        run=record,
        audience=audience,
        withheld=audience.name != INTERNAL,
        public=audience.name == PUBLIC,
        picture=base64.b64encode(picture).decode("ascii"),
        heads=heads,
        rows=[[(name, row[name]) for name in shown] for row in plain_rows(listed)],
        decimals=DECIMALS,
        dossiers=dossiers or {},
    )
    return write_text(path, page)
