"""QGIS styles for the published layers: small hand-written QML that loads by itself in QGIS 3.22 and later.

What QGIS needs of a style is far less than it saves: a renderer, the labels, the aliases and the map tip; everything
else falls back to its defaults (QGIS documentation, "QML – The QGIS Style File Format").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from siteprior.publish import colours
from siteprior.publish.words import kind_title

QGIS = "3.22.0"
"""The oldest QGIS the styles are written for and tested with."""

POINT, LINE, POLYGON = 0, 1, 2

_BLOCKING = (
    '<labeling type="simple"><settings calloutType="simple"><text-style fieldName="rank" fontSize="8"/>'
    '<rendering drawLabels="0" obstacle="1" obstacleFactor="2" obstacleType="1"/></settings></labeling>'
)
"""No labels, but other layers' labels keep clear."""

Rule = tuple[str, str, str, int]
"""A rule of a renderer: filter expression, label, symbol, and the largest scale denominator it shows at (0: any)."""


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
    shades = colours.bands(ordered_bands(table))
    # Figures are white, so the lightest bands are held to a shade white still reads on.
    rules: list[Rule] = [
        (f'"score_band" = {_text(band)}', f"Score {band}", _disc(_legible(shade)), 0) for band, shade in shades.items()
    ]
    rules.append(("ELSE", "Shortlisted", _disc(colours.ACCENT), 0))
    tip = _tip(
        "site_name",
        ("concat(\"rank\", ' (between ', \"rank_p05\", ' and ', \"rank_p95\", ')')", "Rank"),
        ('round("score", 3)', "Score"),
        ('"corridor"', "Corridor"),
        ("concat(round(\"corridor_walk_m\"), ' m')", "Walk"),
        ('"minimum_net_dwellings"', "Homes"),
        ('"market_failure"', "Market failure"),
    )
    # Drawn last is drawn on top: the first of the ranking.
    return "Shortlist by score band", _qml(
        POINT, _displaced(_rules(rules, order='"rank"')), aliases, tip, label=_BLOCKING
    )


def _sites(table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Small discs: ranked sites by score band, sites gated out in grey."""
    rules: list[Rule] = [
        (
            f'"eligible" = \'yes\' AND "score_band" = {_text(band)}',
            f"Ranked, score {band}",
            _marker(shade, 2.1, "#4a2a1a", 0.15),
            0,
        )
        for band, shade in colours.bands(ordered_bands(table)).items()
    ]
    rules.append(("\"eligible\" = 'no'", "Not ranked: see gate reasons", _marker("#c3c8cd", 1.5, "#8a9199", 0.15), 0))
    rules.append(("ELSE", "Not judged", _marker("#ffffff", 1.5, "#8a9199", 0.15), 0))
    tip = _tip(
        "site_name",
        ('"reference"', "Reference"),
        ('"rank"', "Rank"),
        ('round("score", 3)', "Score"),
        ('"gate_reasons"', "Not ranked because"),
        ('"market_failure"', "Market failure"),
    )
    return "Sites by score band", _qml(POINT, _rules(rules, order='"rank"'), aliases, tip)


def _corridors(table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Lines coloured by kind, proposals dashed, the name along the line."""
    kinds = sorted(table["kind"].dropna().unique()) if "kind" in table else []
    rules: list[Rule] = [
        (f'"kind" = {_text(kind)}', kind_title(kind), _line(colour, 0.75, dashed=dashed), 0)
        for kind, (colour, dashed) in colours.corridors(kinds).items()
    ]
    rules.append(("ELSE", "Corridor", _line(colours.CORRIDOR_OTHER, 0.75), 0))
    tip = _tip("corridor", ('"kind"', "Kind"), ('"stops"', "Stops"), ('"open_stops"', "Open stops"))
    label = _label('"corridor"', colours.INK, 7.5, placement=3, buffer=0.8, max_scale=100_000)
    return "Corridors by kind", _qml(LINE, _rules(rules), aliases, tip, label=label)


def _stops(table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Stops by mode: filled when open, hollow when planned, crossed when closed; buses only when zoomed in."""
    rules: list[Rule] = []
    held = set(zip(table["mode"], table["state"], strict=True)) if {"mode", "state"} <= set(table) else set()
    for mode, colour in colours.MODES.items():
        main = mode in ("rail", "metro")
        size, scale = (2.6, 0) if main else (1.3, 25_000)
        shape = "square" if mode == "rail" else "circle"
        looks = {
            "open": _marker(colour, size, "#ffffff", 0.2, shape),
            "planned": _marker("#ffffff", size, colour, 0.5, shape),
            "closed": _marker(colour, size, colour, 0.35, "cross2"),
            "not stated": _marker("#d9dcdf", size, colour, 0.2, shape),
        }
        rules += [
            (f'"mode" = {_text(mode)} AND "state" = {_text(state)}', f"{mode.capitalize()}, {state}", look, scale)
            for state, look in looks.items()
            if (mode, state) in held
        ]
    rules.append(("ELSE", "Stop", _marker("#d9dcdf", 1.3, "#8a8f94", 0.2), 0))
    tip = _tip("stop_name", ('"mode"', "Mode"), ('"state"', "State"), ('"state_basis"', "Who says so"))
    label = _label(
        "if(\"mode\" IN ('rail', 'metro'), \"stop_name\", NULL)",
        colours.INK,
        7,
        placement=0,
        buffer=0.7,
        max_scale=40_000,
    )
    return "Stops by mode and state", _qml(POINT, _rules(rules), aliases, tip, label=label)


def _areas(_table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Muted fills by deprivation decile, so that what lies above stays readable."""
    words = {1: "1 (most deprived)", 10: "10 (least deprived)"}
    rules: list[Rule] = [
        (f'"imd_decile" = {number}', words.get(number, str(number)), _fill(colours.decile(number)), 0)
        for number in range(1, 11)
    ]
    rules.append(("ELSE", "No data", _fill(colours.NO_DATA), 0))
    tip = _tip(
        "lsoa_name",
        ('"lsoa_code"', "Code"),
        ('"imd_decile"', "IMD decile (1 = most deprived)"),
        ('"imd_edition"', "Edition"),
    )
    return "Deprivation deciles", _qml(POLYGON, _rules(rules), aliases, tip)


def _site_shapes(_table: Any, aliases: Mapping[str, str]) -> tuple[str, str]:
    """Outlines only, so that they hide nothing: drawn polygons in full, discs broken because nobody drew them."""
    rules: list[Rule] = [
        ("\"shape_basis\" = 'disc'", "Disc of the registered hectares", _outline(colours.INK, dashed=True), 0),
        ("ELSE", "Polygon", _outline(colours.ACCENT), 0),
    ]
    tip = _tip(
        "site_name",
        ('"shape_basis"', "Shape from"),
        ('round("hectares", 2)', "Hectares registered"),
        ('round("shape_hectares", 2)', "Hectares of the shape"),
        ("concat('± ', round(\"position_uncertainty_m\"), ' m')", "Position"),
    )
    return "Shapes by basis", _qml(POLYGON, _rules(rules), aliases, tip)


_STYLES: dict[str, Callable[[Any, Mapping[str, str]], tuple[str, str]]] = {
    "shortlist": _shortlist,
    "sites": _sites,
    "corridors": _corridors,
    "stops": _stops,
    "areas": _areas,
    "site_shapes": _site_shapes,
}


def _legible(shade: str) -> str:
    """Darken a shade towards the accent where white figures would not read on it (contrast below 4.5 to 1)."""
    channels = [int(shade[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return shade if 1.05 / (luminance + 0.05) >= 4.5 else colours.ACCENT


def _text(value: str) -> str:
    """Quote a value as text of a QGIS expression."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _rgb(colour: str) -> str:
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"


def _symbol(kind: str, layer: str, options: Mapping[str, str]) -> str:
    """Return a symbol of one layer; ``@NAME@`` is where the renderer puts the symbol's number."""
    filled = "".join(f'<Option type="QString" name="{k}" value={quoteattr(v)}/>' for k, v in options.items())
    return (
        f'<symbol type="{kind}" name="@NAME@" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{layer}" enabled="1" pass="0" locked="0"><Option type="Map">{filled}</Option></layer></symbol>'
    )


def _marker(fill: str, size: float, outline: str, width: float, shape: str = "circle") -> str:
    return _symbol(
        "marker",
        "SimpleMarker",
        {
            "name": shape,
            "color": _rgb(fill),
            "size": str(size),
            "size_unit": "MM",
            "outline_color": _rgb(outline),
            "outline_width": str(width),
            "outline_width_unit": "MM",
            "outline_style": "solid",
        },
    )


def _disc(fill: str) -> str:
    """Return a numbered disc; the figure is part of the mark, so that it moves with it."""
    figure = (
        '<layer class="FontMarker" enabled="1" pass="0" locked="0"><Option type="Map">'
        '<Option type="QString" name="font" value="Open Sans"/><Option type="QString" name="font_style" value="Bold"/>'
        '<Option type="QString" name="chr" value=""/><Option type="QString" name="color" value="255,255,255,255"/>'
        '<Option type="QString" name="size" value="2.9"/><Option type="QString" name="size_unit" value="MM"/>'
        '<Option type="QString" name="outline_width" value="0"/>'
        '<Option type="QString" name="horizontal_anchor_point" value="1"/>'
        '<Option type="QString" name="vertical_anchor_point" value="1"/></Option>'
        '<data_defined_properties><Option type="Map"><Option type="QString" name="name" value=""/>'
        '<Option type="Map" name="properties"><Option type="Map" name="char">'
        '<Option type="bool" name="active" value="true"/><Option type="QString" name="field" value="rank"/>'
        '<Option type="int" name="type" value="2"/></Option></Option>'
        '<Option type="QString" name="type" value="collection"/></Option></data_defined_properties></layer>'
    )
    return _marker(fill, 5.2, "#ffffff", 0.4).replace("</symbol>", figure + "</symbol>")


def _displaced(renderer: str) -> str:
    """Wrap a renderer so that marks nearer than 5 mm to one another stand in rings about their common place."""
    centre = _marker(colours.ACCENT, 1.0, "#ffffff", 0.2).replace("@NAME@", "centerSymbol")
    return (
        '<renderer-v2 type="pointDisplacement" symbollevels="0" forceraster="0" enableorderby="0" tolerance="5" '
        'toleranceUnit="MM" placement="1" circleColor="178,58,0,150" circleWidth="0.2" circleRadiusAddition="0" '
        'labelAttributeName="" labelFont="Open Sans,8,-1,5,50,0,0,0,0,0" '
        f'maxLabelScaleDenominator="-1">{renderer}{centre}</renderer-v2>'
    )


def _line(colour: str, width: float, *, dashed: bool = False) -> str:
    return _symbol(
        "line",
        "SimpleLine",
        {
            "line_color": _rgb(colour),
            "line_width": str(width),
            "line_width_unit": "MM",
            "line_style": "dash" if dashed else "solid",
            "joinstyle": "round",
            "capstyle": "flat" if dashed else "round",
        },
    )


def _fill(colour: str) -> str:
    return _symbol(
        "fill",
        "SimpleFill",
        {"color": _rgb(colour), "style": "solid", "outline_color": _rgb("#ffffff"), "outline_width": "0.1"},
    )


def _outline(colour: str, *, dashed: bool = False) -> str:
    options = {"style": "no", "outline_color": _rgb(colour), "outline_width": "0.2"}
    return _symbol("fill", "SimpleFill", options | {"outline_style": "dash" if dashed else "solid"})


def _rules(rules: Iterable[Rule], *, order: str = "") -> str:
    """Return a rule renderer; ``order`` is the expression features are drawn by, the smallest value on top."""
    listed = list(rules)
    filters = "".join(
        f'<rule key="r{i}" symbol="{i}" label={quoteattr(label)} filter={quoteattr(test)}'
        + (f' scalemaxdenom="{scale}" scalemindenom="0"' if scale else "")
        + "/>"
        for i, (test, label, _, scale) in enumerate(listed)
    )
    symbols = "".join(symbol.replace("@NAME@", str(i)) for i, (_, _, symbol, _) in enumerate(listed))
    by = f'<orderby><orderByClause asc="0" nullsFirst="1">{escape(order)}</orderByClause></orderby>' if order else ""
    return (
        f'<renderer-v2 type="RuleRenderer" symbollevels="0" forceraster="0" enableorderby="{1 if order else 0}">'
        f'<rules key="root">{filters}</rules><symbols>{symbols}</symbols>{by}</renderer-v2>'
    )


def _label(
    expression: str,
    colour: str,
    size: float,
    *,
    placement: int,
    buffer: float = 0,
    max_scale: int = 0,
) -> str:
    """Return simple labels; placement 0 around the point, 3 along the line."""
    draw = 1 if buffer else 0
    visible = 1 if max_scale else 0
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName={quoteattr(expression)} isExpression="1" fontFamily="Open Sans" fontSize="{size}" '
        f'fontSizeUnit="Point" fontWeight="50" textColor="{_rgb(colour)}" textOpacity="1" '
        'namedStyle="Regular">'
        f'<text-buffer bufferDraw="{draw}" bufferSize="{buffer}" bufferSizeUnits="MM" '
        'bufferColor="255,255,255,255" bufferOpacity="0.85" bufferJoinStyle="128"/></text-style>'
        f'<placement placement="{placement}" quadOffset="4" placementFlags="10" priority="8" dist="1" '
        'distUnits="MM" maxCurvedCharAngleIn="25" maxCurvedCharAngleOut="-25"/>'
        f'<rendering drawLabels="1" displayAll="0" obstacle="1" '
        f'scaleVisibility="{visible}" scaleMin="0" scaleMax="{max_scale}"/></settings></labeling>'
    )


def _tip(title: str, *facts: tuple[str, str]) -> str:
    """Return the map tip as HTML: the title in bold, then one line per fact that is known.

    Names come from other people's files, so what QGIS fills in is escaped first.
    """
    lines = [f"<b>[% {_escaped(_column(title))} %]</b>"]
    for expression, name in facts:
        lines.append(f"[% coalesce('<br>{name}: ' || {_escaped(f'to_string({expression})')}, '') %]")
    return "".join(lines)


def _column(name: str) -> str:
    return f'"{name}"'


def _escaped(expression: str) -> str:
    """Wrap a QGIS expression so that markup in its value shows as text."""
    return f"replace(replace({expression}, '&', '&amp;'), '<', '&lt;')"


def _qml(geometry: int, renderer: str, aliases: Mapping[str, str], tip: str, *, label: str = "") -> str:
    """Put the pieces of a style together."""
    # Field 0 is the key, fid; the table's own columns follow in their order.
    named = "".join(
        f'<alias index="{i}" field={quoteattr(column)} name={quoteattr(alias)}/>'
        for i, (column, alias) in enumerate(aliases.items(), start=1)
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="{QGIS}" styleCategories="Symbology|Labeling|Fields|MapTips" '
        f'labelsEnabled="{1 if label else 0}">{renderer}{label}<aliases>{named}</aliases>'
        f"<mapTip>{escape(tip)}</mapTip><layerGeometryType>{geometry}</layerGeometryType></qgis>\n"
    )
