"""The pieces QGIS styles are put together from: symbols, rules, labels, map tips."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from siteprior.report import style

QGIS = "3.22.0"
"""The oldest QGIS the styles are written for and tested with."""

Rule = tuple[str, str, str, int]
"""A rule of a renderer: filter expression, label, symbol, and the largest scale denominator it shows at (0: any)."""


def text(value: str) -> str:
    """Quote a value as text of a QGIS expression."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def rgb(colour: str) -> str:
    """Return a hex colour as QGIS writes it."""
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"


def symbol(kind: str, layer: str, options: Mapping[str, str]) -> str:
    """Return a symbol of one layer; ``@NAME@`` is where the renderer puts the symbol's number."""
    filled = "".join(f'<Option type="QString" name="{k}" value={quoteattr(v)}/>' for k, v in options.items())
    return (
        f'<symbol type="{kind}" name="@NAME@" alpha="1" clip_to_extent="1" force_rhr="0">'
        f'<layer class="{layer}" enabled="1" pass="0" locked="0"><Option type="Map">{filled}</Option></layer></symbol>'
    )


def marker(fill: str, size: float, outline: str, width: float, shape: str = "circle") -> str:
    """Return a point symbol; size and width of the outline in millimetres."""
    return symbol(
        "marker",
        "SimpleMarker",
        {
            "name": shape,
            "color": rgb(fill),
            "size": str(size),
            "size_unit": "MM",
            "outline_color": rgb(outline),
            "outline_width": str(width),
            "outline_width_unit": "MM",
            "outline_style": "solid",
        },
    )


def disc(fill: str) -> str:
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
    return marker(fill, 5.2, style.WHITE, 0.4).replace("</symbol>", figure + "</symbol>")


def displaced(renderer: str) -> str:
    """Wrap a renderer so that marks nearer than 5 mm to one another stand in rings about their common place."""
    centre = marker(style.ACCENT, 1.0, style.WHITE, 0.2).replace("@NAME@", "centerSymbol")
    return (
        '<renderer-v2 type="pointDisplacement" symbollevels="0" forceraster="0" enableorderby="0" tolerance="5" '
        'toleranceUnit="MM" placement="1" circleColor="178,58,0,150" circleWidth="0.2" circleRadiusAddition="0" '
        'labelAttributeName="" labelFont="Open Sans,8,-1,5,50,0,0,0,0,0" '
        f'maxLabelScaleDenominator="-1">{renderer}{centre}</renderer-v2>'
    )


def line(colour: str, width: float, *, dashed: bool = False) -> str:
    """Return a line symbol; width in millimetres."""
    return symbol(
        "line",
        "SimpleLine",
        {
            "line_color": rgb(colour),
            "line_width": str(width),
            "line_width_unit": "MM",
            "line_style": "dash" if dashed else "solid",
            "joinstyle": "round",
            "capstyle": "flat" if dashed else "round",
        },
    )


def fill(colour: str) -> str:
    """Return a filled polygon with a hair of white round it."""
    return symbol(
        "fill",
        "SimpleFill",
        {"color": rgb(colour), "style": "solid", "outline_color": rgb(style.WHITE), "outline_width": "0.1"},
    )


def outline(colour: str, *, dashed: bool = False) -> str:
    """Return a polygon that is only its outline."""
    options = {"style": "no", "outline_color": rgb(colour), "outline_width": "0.2"}
    return symbol("fill", "SimpleFill", options | {"outline_style": "dash" if dashed else "solid"})


def rules(rules: Iterable[Rule], *, order: str = "") -> str:
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


def label(
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
        f'fontSizeUnit="Point" fontWeight="50" textColor="{rgb(colour)}" textOpacity="1" '
        'namedStyle="Regular">'
        f'<text-buffer bufferDraw="{draw}" bufferSize="{buffer}" bufferSizeUnits="MM" '
        'bufferColor="255,255,255,255" bufferOpacity="0.85" bufferJoinStyle="128"/></text-style>'
        f'<placement placement="{placement}" quadOffset="4" placementFlags="10" priority="8" dist="1" '
        'distUnits="MM" maxCurvedCharAngleIn="25" maxCurvedCharAngleOut="-25"/>'
        f'<rendering drawLabels="1" displayAll="0" obstacle="1" '
        f'scaleVisibility="{visible}" scaleMin="0" scaleMax="{max_scale}"/></settings></labeling>'
    )


def tip(title: str, *facts: tuple[str, str]) -> str:
    """Return the map tip as HTML: the title in bold, then one line per fact that is known.

    Names come from other people's files, so what QGIS fills in is escaped first.
    """
    lines = [f"<b>[% {escaped(column(title))} %]</b>"]
    for expression, name in facts:
        lines.append(f"[% coalesce('<br>{name}: ' || {escaped(f'to_string({expression})')}, '') %]")
    return "".join(lines)


def column(name: str) -> str:
    """Quote a column name of a QGIS expression."""
    return f'"{name}"'


def escaped(expression: str) -> str:
    """Wrap a QGIS expression so that markup in its value shows as text."""
    return f"replace(replace({expression}, '&', '&amp;'), '<', '&lt;')"


def qml(geometry: int, renderer: str, aliases: Mapping[str, str], tip: str, *, label: str = "") -> str:
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
