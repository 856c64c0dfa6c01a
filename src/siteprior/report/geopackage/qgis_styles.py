"""QGIS styles for the published layers: QML that loads by itself in QGIS 3.22 and later.

Each layer's style is a template, ``report/templates/<layer>.qml.j2``, to be opened and edited like any QML; this module
gives it the table's own bands and kinds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from siteprior.report import style
from siteprior.report.geopackage.site_form import SITE_LAYERS, form_tabs
from siteprior.report.html.labels import kind_title

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

Filled = TypeVar("Filled")
"""What a template fills in: texts, numbers, and what Jinja makes on the way."""

TITLES = {
    "shortlist": "Shortlist by score band",
    "sites": "Sites by score band",
    "opportunities": "Opportunities by score band",
    "programme": "Programme by core class",
    "corridors": "Corridors by kind",
    "stops": "Stops by mode and state",
    "areas": "Deprivation deciles",
    "site_shapes": "Shapes by basis",
    "catchments": "Walk catchments",
    "corridor_stops": "Corridor stops by state",
    "service_stops": "Stop points",
    "access_grid": "Access index by band",
}
"""The layers that have a style, and what QGIS calls it."""

_STATES = ("open", "planned", "closed", "not stated")


def layer_style(layer: str, table: pd.DataFrame, aliases: Mapping[str, str]) -> tuple[str, str] | None:
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
    if layer not in TITLES:
        return None
    kinds: Collection[tuple[str, str]] | Mapping[str, tuple[str, bool]] = ()
    if layer == "corridors":
        kinds = style.corridors(sorted(table["kind"].dropna().unique()) if "kind" in table else [])
    elif layer == "stops" and {"mode", "state"} <= set(table):
        present = set(zip(table["mode"], table["state"], strict=True))
        kinds = [(mode, state) for mode in style.MODES for state in _STATES if (mode, state) in present]
    template = _environment().get_template(f"{layer}.qml.j2")
    tabs = form_tabs(aliases) if layer in SITE_LAYERS else {}
    whole = [name for name in aliases if name in table and pd.api.types.is_integer_dtype(table[name].dtype)]
    return TITLES[layer], template.render(
        aliases=aliases, bands=style.bands(ordered_bands(table)), kinds=kinds, tabs=tabs, whole=whole
    )


def ordered_bands(table: pd.DataFrame) -> list[str]:
    """Return the score bands a table holds, the best first."""
    if "score_band" not in table or "score" not in table:
        return []
    known = table[table["score_band"].notna() & table["score"].notna()]
    return list(known.groupby("score_band")["score"].max().sort_values(ascending=False).index)


@cache
def _environment() -> Environment:
    """Return Jinja as styles use it: what is filled in is escaped for XML, and a missing name is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("siteprior.report"),
        autoescape=True,
        finalize=_xml_line,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(rgba=rgba, text=expression_text, legible=style.legible, kind_title=kind_title)
    environment.globals.update(style=style, tip=map_tip)
    return environment


def _xml_line(value: Filled) -> Filled | Markup:
    """Escape a text with its line breaks and tabs: in an attribute XML would take them for blanks."""
    from markupsafe import Markup, escape

    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return Markup(escape(value).translate({9: "&#9;", 10: "&#10;", 13: "&#13;"}))


def rgba(colour: str, opacity: int = 255) -> str:
    """Return a hex colour as QGIS writes it; ``opacity`` from 0 to 255.

    Examples
    --------
    >>> rgba(style.ACCENT, 150)
    '178,58,0,150'
    """
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + f",{opacity}"


def expression_text(value: str) -> str:
    r"""Quote a value as text of a QGIS expression.

    Examples
    --------
    >>> print(expression_text("o'neil"))
    'o\'neil'
    """
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def map_tip(title: str, facts: Mapping[str, str]) -> str:
    """Return a map tip as HTML: the column ``title`` in bold, then each fact that is known, by name and expression.

    Names come from other people's files, so QGIS escapes what it fills in.
    """
    bold = _as_html(f'"{title}"')
    lines = [f"<b>[% {bold} %]</b>"]
    lines += [
        f"[% coalesce('<br>{name}: ' || {_as_html(f'to_string({value})')}, '') %]" for name, value in facts.items()
    ]
    return "".join(lines)


def _as_html(expression: str) -> str:
    """Wrap a QGIS expression so that markup in its value shows as text."""
    return f"replace(replace({expression}, '&', '&amp;'), '<', '&lt;')"
