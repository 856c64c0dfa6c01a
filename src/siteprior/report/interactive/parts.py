"""What makes the report a page to work with: the scripts in their order, MapLibre GL, and their style sheets."""

from __future__ import annotations

from typing import Any

from siteprior.report.interactive.vendored import vendored

SCRIPTS = ("data", "ranking", "csv", "marks", "filters", "table", "list", "card", "weights", "layers", "base_map",
           "map", "key", "start")  # fmt: skip
"""The scripts of ``templates/interactive``; each adds to the one name ``report``, and ``start`` puts them together."""


def interactive_parts() -> dict[str, Any]:
    """Return what :func:`siteprior.report.html.render.render` needs beside the facts of the page.

    Examples
    --------
    >>> sorted(interactive_parts())
    ['library', 'look', 'scripts', 'styles']
    """
    return {
        "scripts": [f"interactive/{name}.js" for name in SCRIPTS],
        "styles": ["interactive/report.css.j2"],
        "library": vendored("maplibre-gl.js"),
        "look": vendored("maplibre-gl.css"),
    }
