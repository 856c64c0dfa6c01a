"""QGIS styles for the published layers: small hand-written QML that loads by itself in QGIS 3.22 and later.

What QGIS needs of a style is far less than it saves: a renderer, the labels, the aliases and the map tip; everything
else falls back to its defaults (QGIS documentation, "QML – The QGIS Style File Format").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from siteprior.report import style
from siteprior.report.geopackage import qgis_symbols as qgis
from siteprior.report.geopackage.qgis_symbols import Rule
from siteprior.report.html.labels import kind_title

POINT, LINE, POLYGON = 0, 1, 2

_BLOCKING = (
    '<labeling type="simple"><settings calloutType="simple"><text-style fieldName="rank" fontSize="8"/>'
    '<rendering drawLabels="0" obstacle="1" obstacleFactor="2" obstacleType="1"/></settings></labeling>'
)
"""No labels, but other layers' labels keep clear."""


def layer_style(layer: str, table: Any, aliases: Mapping[str, str]) -> tuple[str, str] | None:
    """Return name and QML of a layer's default style, or ``None`` where siteprior has none for it.

    Parameters
    ----------
    layer
        Name of the layer in the GeoPackage.
    table
        What the layer holds; bands and kinds are taken from it.
    aliases
        Column names in the layer's order, with the label each shows.

    Examples
    --------
    >>> import pandas as pd
    >>> name, qml = layer_style("corridors", pd.DataFrame({"kind": ["rail"]}), {"kind": "Kind"})
    >>> name, qml.startswith("<!DOCTYPE qgis")
    ('Corridors by kind', True)
    """
    make = _STYLES.get(layer)
    return None if make is None else make(table, aliases)


def ordered_bands(table: Any) -> list[str]:
    """Return the score bands a table holds, the best first."""
    if "score_band" not in table or "score" not in table:
        return []
    known = table[table["score_band"].notna() & table["score"].notna()]
    return list(known.groupby("score_band")["score"].max().sort_values(ascending=False).index)


def _shortlist(table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Large discs with the rank in them, the shade the score band; where they would hide one another, in rings."""
    shades = style.bands(ordered_bands(table))
    # Figures are white, so the lightest bands are held to a shade white still reads on.
    rules: list[Rule] = [
        (f'"score_band" = {qgis.text(band)}', f"Score {band}", qgis.disc(style.legible(shade)), 0)
        for band, shade in shades.items()
    ]
    rules.append(("ELSE", "Shortlisted", qgis.disc(style.ACCENT), 0))
    tip = qgis.tip(
        "site_name",
        ("concat(\"rank\", ' (between ', \"rank_p05\", ' and ', \"rank_p95\", ')')", "Rank"),
        ('round("score", 3)', "Score"),
        ('"corridor"', "Corridor"),
        ("concat(round(\"corridor_walk_m\"), ' m')", "Walk"),
        ('"minimum_net_dwellings"', "Homes"),
        ('"market_failure"', "Market failure"),
    )
    # Drawn last is drawn on top: the first of the ranking.
    return "Shortlist by score band", qgis.qml(
        POINT, qgis.displaced(qgis.rules(rules, order='"rank"')), aliases, tip, label=_BLOCKING
    )


def _sites(table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Small discs: ranked sites by score band, sites gated out in grey."""
    rules: list[Rule] = [
        (
            f'"eligible" = \'yes\' AND "score_band" = {qgis.text(band)}',
            f"Ranked, score {band}",
            qgis.marker(shade, 2.1, style.QGIS_SITE_EDGE, 0.15),
            0,
        )
        for band, shade in style.bands(ordered_bands(table)).items()
    ]
    rules.append(
        (
            "\"eligible\" = 'no'",
            "Not ranked: see gate reasons",
            qgis.marker(style.QGIS_SITE_OUT, 1.5, style.QGIS_SITE_OUT_EDGE, 0.15),
            0,
        )
    )
    rules.append(("ELSE", "Not judged", qgis.marker(style.WHITE, 1.5, style.QGIS_SITE_OUT_EDGE, 0.15), 0))
    tip = qgis.tip(
        "site_name",
        ('"reference"', "Reference"),
        ('"rank"', "Rank"),
        ('round("score", 3)', "Score"),
        ('"gate_reasons"', "Not ranked because"),
        ('"market_failure"', "Market failure"),
    )
    return "Sites by score band", qgis.qml(POINT, qgis.rules(rules, order='"rank"'), aliases, tip)


def _corridors(table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Lines coloured by kind, proposals dashed, the name along the line."""
    kinds = sorted(table["kind"].dropna().unique()) if "kind" in table else []
    rules: list[Rule] = [
        (f'"kind" = {qgis.text(kind)}', kind_title(kind), qgis.line(colour, 0.75, dashed=dashed), 0)
        for kind, (colour, dashed) in style.corridors(kinds).items()
    ]
    rules.append(("ELSE", "Corridor", qgis.line(style.CORRIDOR_OTHER, 0.75), 0))
    tip = qgis.tip("corridor", ('"kind"', "Kind"), ('"stops"', "Stops"), ('"open_stops"', "Open stops"))
    label = qgis.label('"corridor"', style.INK, 7.5, placement=3, buffer=0.8, max_scale=100_000)
    return "Corridors by kind", qgis.qml(LINE, qgis.rules(rules), aliases, tip, label=label)


def _stops(table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Stops by mode: filled when open, hollow when planned, crossed when closed; buses only when zoomed in."""
    rules: list[Rule] = []
    held = set(zip(table["mode"], table["state"], strict=True)) if {"mode", "state"} <= set(table) else set()
    for mode, colour in style.MODES.items():
        main = mode in ("rail", "metro")
        size, scale = (2.6, 0) if main else (1.3, 25_000)
        shape = "square" if mode == "rail" else "circle"
        looks = {
            "open": qgis.marker(colour, size, style.WHITE, 0.2, shape),
            "planned": qgis.marker(style.WHITE, size, colour, 0.5, shape),
            "closed": qgis.marker(colour, size, colour, 0.35, "cross2"),
            "not stated": qgis.marker(style.STOP_NOT_STATED, size, colour, 0.2, shape),
        }
        rules += [
            (
                f'"mode" = {qgis.text(mode)} AND "state" = {qgis.text(state)}',
                f"{mode.capitalize()}, {state}",
                look,
                scale,
            )
            for state, look in looks.items()
            if (mode, state) in held
        ]
    rules.append(("ELSE", "Stop", qgis.marker(style.STOP_NOT_STATED, 1.3, style.MODES["bus"], 0.2), 0))
    tip = qgis.tip("stop_name", ('"mode"', "Mode"), ('"state"', "State"), ('"state_basis"', "Who says so"))
    label = qgis.label(
        "if(\"mode\" IN ('rail', 'metro'), \"stop_name\", NULL)",
        style.INK,
        7,
        placement=0,
        buffer=0.7,
        max_scale=40_000,
    )
    return "Stops by mode and state", qgis.qml(POINT, qgis.rules(rules), aliases, tip, label=label)


def _areas(_table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Muted fills by deprivation decile, so that what lies above stays readable."""
    words = {1: "1 (most deprived)", 10: "10 (least deprived)"}
    rules: list[Rule] = [
        (f'"imd_decile" = {number}', words.get(number, str(number)), qgis.fill(style.decile(number)), 0)
        for number in range(1, 11)
    ]
    rules.append(("ELSE", "No data", qgis.fill(style.NO_DATA), 0))
    tip = qgis.tip(
        "lsoa_name",
        ('"lsoa_code"', "Code"),
        ('"imd_decile"', "IMD decile (1 = most deprived)"),
        ('"imd_edition"', "Edition"),
    )
    return "Deprivation deciles", qgis.qml(POLYGON, qgis.rules(rules), aliases, tip)


def _site_shapes(_table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Outlines only, so that they hide nothing: drawn polygons in full, discs broken because nobody drew them."""
    rules: list[Rule] = [
        ("\"shape_basis\" = 'disc'", "Disc of the registered hectares", qgis.outline(style.INK, dashed=True), 0),
        ("ELSE", "Polygon", qgis.outline(style.ACCENT), 0),
    ]
    tip = qgis.tip(
        "site_name",
        ('"shape_basis"', "Shape from"),
        ('round("hectares", 2)', "Hectares registered"),
        ('round("shape_hectares", 2)', "Hectares of the shape"),
        ("concat('± ', round(\"position_uncertainty_m\"), ' m')", "Position"),
    )
    return "Shapes by basis", qgis.qml(POLYGON, qgis.rules(rules), aliases, tip)


def _catchments(_table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Outlines of the ground within a walk, broken where they are only approximate."""
    rules: list[Rule] = [
        (
            "\"approximate\" = 'yes'",
            "Walk catchment, approximate",
            qgis.outline(style.MODES["metro"], dashed=True),
            0,
        ),
        ("ELSE", "Walk catchment", qgis.outline(style.MODES["metro"]), 0),
    ]
    tip = qgis.tip("corridor", ('"band_m"', "Walk, m"), ('"basis"', "Drawn by"), ('round("hectares")', "Hectares"))
    return "Walk catchments", qgis.qml(POLYGON, qgis.rules(rules), aliases, tip)


def _corridor_stops(_table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Stops of the corridors: filled when open, hollow when not."""
    shade = style.MODES["metro"]
    rules: list[Rule] = [
        ("\"state\" = 'open'", "Open", qgis.marker(shade, 2.2, style.WHITE, 0.2), 0),
        ("ELSE", "Not open", qgis.marker(style.WHITE, 2.2, shade, 0.5), 0),
    ]
    tip = qgis.tip("stop_name", ('"corridor"', "Corridor"), ('"state"', "State"), ('"state_basis"', "Who says so"))
    return "Corridor stops by state", qgis.qml(POINT, qgis.rules(rules), aliases, tip)


def _service_stops(_table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Stop points of the timetables, shown when zoomed in."""
    rules: list[Rule] = [("ELSE", "Stop point", qgis.marker(style.MODES["bus"], 1.3, style.WHITE, 0.2), 50_000)]
    tip = qgis.tip("stop_name", ('"stop_code"', "Code"), ('"place_basis"', "Place from"))
    return "Stop points", qgis.qml(POINT, qgis.rules(rules), aliases, tip)


def _access_grid(_table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Cells filled by band of the access index, none pale and 6b dark."""
    bands = style.access_bands()
    rules: list[Rule] = [
        (f'"access_band" = {qgis.text(band)}', f"Band {band}", qgis.fill(shade), 0) for band, shade in bands.items()
    ]
    rules.append(("ELSE", "Not measured", qgis.fill(style.NO_DATA), 0))
    tip = qgis.tip("access_band", ('round("access_index", 2)', "Access index"))
    return "Access index by band", qgis.qml(POLYGON, qgis.rules(rules), aliases, tip)


_STYLES: dict[str, Callable[[Any, Mapping[str, str]], tuple[str, str]]] = {
    "shortlist": _shortlist,
    "sites": _sites,
    "corridors": _corridors,
    "stops": _stops,
    "areas": _areas,
    "site_shapes": _site_shapes,
    "catchments": _catchments,
    "corridor_stops": _corridor_stops,
    "service_stops": _service_stops,
    "access_grid": _access_grid,
}
