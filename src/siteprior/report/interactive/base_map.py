"""The user's own tiles as the page's map draws them: each different tile once, as base64, and where it lies."""

from __future__ import annotations

import base64
from typing import Any

from siteprior.report.base_map.cut import BaseMap
from siteprior.report.base_map.vector_layers import drawn_layers


def base_map_facts(base_map: BaseMap | None) -> dict[str, Any] | None:
    """Return what the page's script draws tiles from; bounds in degrees, ``None`` where there are no tiles.

    Examples
    --------
    >>> from siteprior.report.base_map.cut import Zoom
    >>> tile = BaseMap("png", (-2.2, 52.3, -1.4, 52.7), (Zoom(9, 252, 167, 1, (0,)),), (b"picture",), 256)
    >>> facts = base_map_facts(tile)
    >>> facts["type"], facts["contents"], facts["zooms"][0]["places"]
    ('raster', ['cGljdHVyZQ=='], [0])
    """
    if base_map is None or not base_map.zooms:
        return None
    return {
        "type": "vector" if base_map.format == "mvt" else "raster",
        "bounds": list(base_map.bounds),
        "pixels": base_map.tile_pixels,
        "attribution": base_map.attribution,
        "layers": [list(pair) for pair in drawn_layers(base_map.layers)],
        "zooms": [zoom._asdict() | {"places": list(zoom.places)} for zoom in base_map.zooms],
        "contents": [base64.b64encode(content).decode("ascii") for content in base_map.contents],
    }
