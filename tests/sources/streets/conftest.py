"""Small OpenStreetMap files, laid out in metres from a corner in Birmingham."""

from __future__ import annotations

import pytest
from pyproj import Transformer

CORNER = (407000.0, 286000.0)


@pytest.fixture
def osm(tmp_path):
    """Return a function that writes nodes (number: metres east and north of the corner) and ways (nodes, tags)."""
    degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)

    def write(nodes, ways, name="streets.osm"):
        rows = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6" generator="a test">']
        for number, (east, north) in nodes.items():
            lon, lat = degrees.transform(CORNER[0] + east, CORNER[1] + north)
            rows.append(f'<node id="{number}" version="1" lat="{lat:.7f}" lon="{lon:.7f}"/>')
        for number, (refs, tags) in enumerate(ways, start=1):
            held = "".join(f'<nd ref="{ref}"/>' for ref in refs)
            told = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
            rows.append(f'<way id="{number}" version="1">{held}{told}</way>')
        path = tmp_path / name
        path.write_text("\n".join([*rows, "</osm>"]), encoding="utf-8")
        return path

    return write
