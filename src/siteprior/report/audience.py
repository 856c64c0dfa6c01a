"""Who may see what of a run: columns, inputs and facts of the record by audience, as ``audiences.toml`` names them."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd

from siteprior.core.errors import InputError, unknown

INTERNAL, PARTNER, PUBLIC = AUDIENCES = ("internal", "partner", "public")
"""The audiences, from the one that sees all to the one that sees least."""

PUBLIC_ROLES = (
    "areas", "deprivation", "register", "postcodes", "stops", "corridors", "timetables", "streets",
)  # fmt: skip
"""The roles of inputs that facts, access and need rest on: others are named to no one outside.

Lists of the body's own are named where a licence is stated for them, for then they are published.
"""

RECORD = (
    "title", "area", "illustrative", "audience", "as_of", "network_date", "siteprior", "python", "packages",
)  # fmt: skip
"""The keys of ``run.json`` everybody may see; inputs, counts and attribution are cut to what is published."""

INPUT = ("role", "file", "publisher", "licence", "vintage", "attribution", "rows", "bytes", "sha256")


VERDICT = ("market_failure", "market_failure_reasons")
"""What is concluded from the facts of a site, and seen by partners."""

NO_FACT = "decision"
"""The one field of decisions on which no verdict rests: a verdict rests on names, too (``site_name`` by signal X)."""

DOSSIER = ("site_shapes", "corridor_stops", "access_routes", "history")
"""The tables that the dossiers of a partner draw from beside the layers."""


class Audience(NamedTuple):
    """One audience: its name, the title and the line that stand on every page, and the columns it sees by layer.

    ``columns`` is empty for the audience that sees all.
    """

    name: str
    title: str
    line: str
    columns: Mapping[str, tuple[str, ...]]


def audience_of(name: str) -> Audience:
    """Return an audience by its name: internal, partner or public.

    Raises
    ------
    InputError
        When there is none of that name.

    Examples
    --------
    >>> audience_of("public").title, "score" in audience_of("public").columns["sites"]
    ('Public', False)
    """
    if name not in AUDIENCES:
        raise InputError(f"audience: {unknown('audience', str(name), AUDIENCES)}")
    stated = _stated()
    one, public = stated[name], stated[PUBLIC]
    columns = {layer: tuple(public[layer]) for layer in ("sites", "corridors", "stops", "areas")}
    if name == INTERNAL:
        columns = {}
    elif name == PARTNER:
        columns["sites"] += tuple(one["sites"])
        columns |= {table: tuple(one[table]) for table in DOSSIER}
    return Audience(name, str(one["title"]), str(one["line"]), columns)


def audience_words(record: Mapping[str, Any]) -> str:
    """Return the line of ``audiences.toml`` that says who may see a page; of a run that states none, the strictest.

    Raises
    ------
    InputError
        When there is no audience of the name the record states.

    Examples
    --------
    >>> audience_words({})
    'Internal: not to leave the team. A published list of what a body means to buy raises what it pays.'
    """
    return audience_of(str(record.get("audience") or INTERNAL)).line


@cache
def _stated() -> dict[str, Any]:  # what TOML can hold
    """Read ``audiences.toml``."""
    return tomllib.loads(files("siteprior.report").joinpath("audiences.toml").read_text(encoding="utf-8"))


def visible(table: gpd.GeoDataFrame, layer: str, audience: Audience) -> gpd.GeoDataFrame:
    """Return a layer with the columns its audience may see, in their order; the index and the shapes stay.

    Examples
    --------
    >>> sites = gpd.GeoDataFrame({"hectares": [1.0], "score": [0.5]}, geometry=gpd.points_from_xy([4e5], [3e5]))
    >>> list(visible(sites, "sites", audience_of("public")))
    ['hectares', 'geometry']
    """
    if audience.name == INTERNAL:
        return table
    named = audience.columns[layer]
    place = table.active_geometry_name
    return gpd.GeoDataFrame(table[[name for name in table if name in named or name == place]])


def as_registered(sites: gpd.GeoDataFrame, decisions: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the sites with the register's facts where the team has stated others: its decisions are its own.

    The verdict on market failure of such a site rests on the team's own facts: it is left blank.

    Parameters
    ----------
    sites
        The sites as ranked, on the index ``site_id``.
    decisions
        :data:`siteprior.core.schema.DECISIONS`, with ``original``.

    Examples
    --------
    >>> sites = gpd.GeoDataFrame({"hectares": [9.0]}, geometry=gpd.points_from_xy([4e5], [3e5]), index=["E1:a"])
    >>> row = {"site_id": "E1:a", "field": "hectares", "value": "9", "original": "1.03", "applied": "yes"}
    >>> as_registered(sites, pd.DataFrame([row]))["hectares"].tolist()
    [1.03]
    """
    back: gpd.GeoDataFrame = sites.copy()
    applied = decisions[decisions["applied"] == "yes"]
    resting = back.index.isin(applied.loc[applied["field"] != NO_FACT, "site_id"])
    stated = applied[applied["field"].isin(list(sites.columns))]
    for name in VERDICT:
        if name in back:
            back[name] = back[name].mask(resting)
    for site, name, original in zip(stated["site_id"], stated["field"], stated["original"], strict=True):
        if site in back.index:
            column = back[name].astype(object)
            column[site] = None if pd.isna(original) else _typed(original, back[name])
            back[name] = column.astype(back[name].dtype)
    return back


def _typed(text: str, column: pd.Series) -> str | float | pd.Timestamp:
    """Return a stated original in the kind of its column."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return pd.Timestamp(text)
    return float(text) if pd.api.types.is_numeric_dtype(column.dtype) else str(text)


def line_with_title(audience: Audience) -> str:
    """Return what an audience's pages say at their head, its title first, once.

    Examples
    --------
    >>> line_with_title(audience_of("internal"))[:32], line_with_title(audience_of("partner"))[:34]
    ('Internal: not to leave the team.', 'Partner. For a partner, in confide')
    """
    begun = audience.line.startswith(f"{audience.title}:")
    return audience.line if begun else f"{audience.title}. {audience.line}"


def audience_record(
    record: Mapping[str, Any], audience: Audience, sites: pd.DataFrame, *, files: Collection[str] | None = None
) -> dict[str, Any]:
    """Return what an audience may read of a run's record: dates, versions, sources and licences, sites per council.

    Parameters
    ----------
    record
        The content of ``run.json``.
    audience
        Who reads it.
    sites
        The sites it is given, with ``organisation``: what is counted is counted of these.
    files
        The registers and lists these sites stand in: others are not named. ``None`` names all.

    Examples
    --------
    >>> record = {"title": "A", "weights": {"need": 1.0}, "inputs": [{"role": "sales", "file": "s.csv"}]}
    >>> audience_record(record, audience_of("public"), pd.DataFrame({"organisation": ["E1"]}))["inputs"]
    []
    """
    if audience.name == INTERNAL:
        return {**record, "audience": audience.name}
    inputs = [
        {key: read[key] for key in INPUT if key in read}
        for read in record.get("inputs", ())
        if (read["role"] in PUBLIC_ROLES or (read["role"] == "own sites" and read.get("licence")))
        and (files is None or read["role"] not in ("register", "own sites") or read["file"] in files)
    ]
    return {
        **{key: record[key] for key in RECORD if key in record},
        # a title such as "Shortlist 2026" says to the public that there is one
        **({"title": _public_title(record.get("area"))} if audience.name == PUBLIC else {}),
        "audience": audience.name,
        "audience_line": audience.line,
        "inputs": inputs,
        "attribution": list(dict.fromkeys(read["attribution"] for read in inputs if read.get("attribution"))),
        "counts": {"sites": len(sites), "by_organisation": sites.groupby("organisation").size().to_dict()},
    }


def _public_title(area: str | None) -> str:
    return f"Brownfield sites considered{f': {area}' if area else ''}"
