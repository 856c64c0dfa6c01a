"""All that the page's scripts work with, collected once and laid into the page as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import VERDICTS
from siteprior.report import style
from siteprior.report.audience import INTERNAL
from siteprior.report.base_map.cut import BaseMap
from siteprior.report.file_names import dossier_files
from siteprior.report.interactive.base_map import base_map_facts
from siteprior.report.interactive.embedded import json_block, packed
from siteprior.report.interactive.layers import map_layers
from siteprior.report.interactive.rows import site_rows
from siteprior.walking.network import WalkNetwork

SHAPES = dict(zip(VERDICTS, ("circle", "diamond", "square", "triangle"), strict=True))
"""The mark of each verdict, so that no reader needs its colour."""


def page_data(
    record: Mapping[str, Any],
    sites: gpd.GeoDataFrame,
    shortlist: pd.DataFrame,
    criteria: pd.DataFrame,
    *,
    areas: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    catchments: gpd.GeoDataFrame | None = None,
    network: WalkNetwork | None = None,
    programme: pd.DataFrame | None = None,
    values: pd.DataFrame | None = None,
    base_map: BaseMap | None = None,
    districts: gpd.GeoDataFrame | None = None,
) -> str:
    """Return the JSON the page's map, tables, filters and weights are made from; coordinates in degrees.

    Parameters
    ----------
    record
        The run record, of a run for the team itself.
    sites, shortlist
        Every site considered (:data:`siteprior.core.schema.SITES`), ranked ones first; the first of the ranking.
    criteria
        ``criterion``, ``title`` and ``weight``.
    areas, corridors, stops, catchments, network, districts
        What the map shows behind the sites, as :func:`siteprior.report.interactive.layers.map_layers` takes it.
    programme
        What is chosen, indexed by ``site_id``.
    values
        The values (0–1) of what is ranked by ``site_id``, a column per criterion, in the order that decides between
        equal scores; without them the page has no weights to move.
    base_map
        Tiles to draw under all else, as :func:`siteprior.report.base_map.cut.cut_base_map` cuts them.

    Returns
    -------
    str
        JSON without a sign that could end a script.

    Raises
    ------
    InputError
        When the run was written for others than the team.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> text = page_data(run.record, run.sites, run.shortlist, run.criteria, areas=run.areas, corridors=run.corridors,
    ...                  stops=run.stops)
    >>> "<" in text, len(text) < 2_000_000
    (False, True)
    """
    if record.get("audience", INTERNAL) != INTERNAL:
        raise InputError(
            f"record: is of a run for the audience {record['audience']}, and this page is the team's own, with ranks "
            "and weights; hand_over writes the page for others"
        )
    layers, left_out = map_layers(
        areas=areas, corridors=corridors, stops=stops, catchments=catchments, network=network, districts=districts
    )
    dossiers = dossier_files(str(name) for name in shortlist.index)
    columns, shown = site_rows(sites, shortlist, programme=programme, dossiers=dossiers)
    if dots := len(columns["dots"]) // 2:
        left_out.append(f"{dots:,} sites that are not ranked are dots on the map, without a card or a row")
    if base_map is not None:
        left_out.extend(base_map.messages)
    facts = {
        "sites": columns,
        "layers": layers,
        "base_map": base_map_facts(base_map),
        "left_out": left_out,
        "first": max(len(shortlist), int(record.get("settings", {}).get("shortlist", {}).get("n", 0))),
        "decimals": load_parameters("report").integer("coordinate_decimals"),
        "rows": load_parameters("report").integer("rows_on_a_page"),
        "weights": _weights(record, criteria, values, shown),
        "verdicts": [
            {"name": name, "shape": SHAPES[name], "colour": style.VERDICT_FILLS[name]} for name in VERDICTS
        ],
        "colours": style.INTERACTIVE | {"deciles": [style.decile(number) for number in range(1, 11)]},
    }  # fmt: skip
    return json_block(facts)


def _weights(
    record: Mapping[str, Any], criteria: pd.DataFrame, values: pd.DataFrame | None, shown: pd.DataFrame
) -> dict[str, Any] | None:
    """Return the run's weights with the values they weigh; ``None`` where there are no values."""
    if values is None or values.empty:
        return None
    rows = pd.Series(range(len(shown)), index=shown.index)
    titles = dict(zip(criteria["criterion"], criteria["title"], strict=True))
    shares = dict(zip(criteria["criterion"], criteria["weight"], strict=True))
    given = {**shares, **record.get("weights", {})}
    return {
        # the order of the run's own weights: the sum of a score is taken in it
        "criteria": [
            {"name": name, "title": str(titles.get(name, name)), "weight": float(given.get(name, 0.0))}
            for name in values.columns
        ],
        "rows": [int(rows[name]) for name in values.index],
        "values": {name: packed(values[name]) for name in values.columns},
    }
