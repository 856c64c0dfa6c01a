"""One layer of each kind, as a project file states it."""

from __future__ import annotations

TABLE = {"name": "fuel_poverty", "path": "fp.csv", "kind": "table", "measure": "value", "column": "share",
         "by": "lsoa_code", "code": "LSOA21CD", "year": 2021}  # fmt: skip
FLOOD = {"name": "flood", "path": "flood.gpkg", "kind": "vector", "measure": "share"}
GRID = {"name": "noise", "path": "noise.tif", "kind": "raster", "measure": "mean"}
