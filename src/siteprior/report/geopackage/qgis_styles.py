"""QGIS styles for the published layers: QML that loads by itself in QGIS 3.22 and later.

Each layer's style is a template, ``report/templates/<layer>.qml.j2``, to be opened and edited like any QML; this module
gives it the table's own bands and kinds, the form's tabs and the map tip.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from siteprior.report import style
from siteprior.report.geopackage.cards import card
from siteprior.report.geopackage.qgis_text import expression_text, rgba
from siteprior.report.geopackage.site_form import SITE_LAYERS, form_tabs
from siteprior.report.geopackage.themes import Theme, themes
from siteprior.report.html.labels import kind_title

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

Filled = TypeVar("Filled")
"""What a template fills in: texts, numbers, and what Jinja makes on the way."""

TITLES = {
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
"""The layers that have one style, and what QGIS calls it; those of :mod:`siteprior.report.geopackage.themes` have
several."""

_STATES = ("open", "planned", "closed", "not stated")


@dataclass(frozen=True)
class NamedStyle:
    """A style as QGIS lists it: its name and its QML."""

    name: str
    qml: str


def layer_styles(
    layer: str, table: pd.DataFrame, aliases: Mapping[str, str], *, ranged: Collection[str] = ()
) -> list[NamedStyle]:
    """Return the styles of a layer, the one it opens with first; none where siteprior has none for it.

    Parameters
    ----------
    layer
        Name of the layer in the GeoPackage.
    table
        What the layer holds, as it is stored; bands and kinds are taken from it.
    aliases
        Column names in the layer's order, with the label each shows.
    ranged
        Columns with a range, which the form shows as plain figures.

    Examples
    --------
    >>> import pandas as pd
    >>> (only,) = layer_styles("corridors", pd.DataFrame({"kind": ["rail"]}), {"kind": "Kind"})
    >>> only.name, only.qml.startswith("<!DOCTYPE qgis")
    ('Corridors by kind', True)
    """
    several = themes(layer, table)
    if not several and layer not in TITLES:
        return []
    kinds: Collection[tuple[str, str]] | Mapping[str, tuple[str, bool]] = ()
    if layer == "corridors":
        kinds = style.corridors(sorted(table["kind"].dropna().unique()) if "kind" in table else [])
    elif layer == "stops" and {"mode", "state"} <= set(table):
        present = set(zip(table["mode"], table["state"], strict=True))
        kinds = [(mode, state) for mode in style.MODES for state in _STATES if (mode, state) in present]
    whole = {name for name in aliases if name in table and pd.api.types.is_integer_dtype(table[name].dtype)}
    columns = {*aliases, *table.columns}
    template = _environment().get_template(f"{layer}.qml.j2")

    def drawn(theme: Theme | None) -> str:
        return template.render(
            aliases=aliases, theme=theme, kinds=kinds,
            tabs=form_tabs(aliases) if layer in SITE_LAYERS else {},
            numbers=[name for name in aliases if name in whole or name in ranged],
            columns=columns, card=card(layer, columns),
        )  # fmt: skip

    if several:
        return [NamedStyle(theme.name, drawn(theme)) for theme in several]
    return [NamedStyle(TITLES[layer], drawn(None))]


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
    environment.filters.update(rgba=rgba, text=expression_text, figure_on=style.figure_on, kind_title=kind_title)
    environment.globals.update(style=style)
    return environment


def _xml_line(value: Filled) -> Filled | Markup:
    """Escape a text with its line breaks and tabs: in an attribute XML would take them for blanks."""
    from markupsafe import Markup, escape

    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return Markup(escape(value).translate({9: "&#9;", 10: "&#10;", 13: "&#13;"}))
