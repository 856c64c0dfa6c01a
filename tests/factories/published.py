"""Published layers as their publishers give them, made up: two areas of 2 km by 2 km, and files that lie about them."""

from __future__ import annotations

import datetime as dt
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers.published_files import Given
from siteprior.sources.registry import EVIDENCE, call_with, discover

WEST, SOUTH = 400_000, 290_000
AREAS = gpd.GeoDataFrame(
    {"lsoa_name": ["A", "B"], "district_code": ["E08000025", "E08000026"], "lsoa_year": [2021, 2021]},
    index=pd.Index(["E01000001", "E01000002"], name="lsoa_code"),
    geometry=[shapely.box(WEST, SOUTH, WEST + 1000, SOUTH + 2000),
              shapely.box(WEST + 1000, SOUTH, WEST + 2000, SOUTH + 2000)],
    crs=27700,
)  # fmt: skip
STUDY = AREAS.union_all()
AS_OF = dt.date(2026, 1, 31)
FAR = [shapely.box(85_000, 6_000, 85_100, 6_100), shapely.box(655_000, 656_000, 655_100, 656_100)]
"""Two features at the ends of England, which are no national layer."""


def national(many=10_000, spans="england", without=()):
    """Return features spread evenly over the squares of 100 km a national layer is in, but some."""
    listed = load_parameters("evidence").table("spans").parameter(spans).value
    squares = np.array([each for each in listed if tuple(each) not in without]) * 100_000
    at = np.arange(many)
    west, south = (squares[at % len(squares)] + np.column_stack([at // 100 % 900, at % 100]) * 100 + 500).T
    return list(shapely.box(west, south, west + 50, south + 50))


NATIONAL = national()
"""As many features as make a layer national, in all squares of England."""


def square(east, north, side=100):
    """Return a square by its corner, metres from that of the areas."""
    return shapely.box(WEST + east, SOUTH + north, WEST + east + side, SOUTH + north + side)


def no_file(path):
    raise AssertionError(f"no file is looked for, but {path}")


def given(cache=None, areas=AREAS, find=no_file):
    return Given(areas, areas.union_all(), AS_OF, find, cache)


def frame(shapes, **facts):
    return gpd.GeoDataFrame(facts, geometry=list(shapes), crs=27700)


def read_evidence(name, *paths, cache=None, areas=AREAS, find=no_file, keys=None, **entry):
    """Read files by the reader registered for them, each with the same entry, or one of ``keys`` each."""
    discover()
    stated = [EVIDENCE_KEYS(name).model_validate({"path": p.name, **entry, **each})
              for p, each in zip(paths, keys or [{}] * len(paths), strict=True)]  # fmt: skip
    asked = {
        "paths": list(paths), "files": [path.name for path in paths], "stated": tuple(stated), "areas": areas,
        "study_area": areas.union_all(), "as_of": AS_OF, "find": find, "cache": cache,
    }  # fmt: skip
    return call_with(EVIDENCE[name].read, asked)


def EVIDENCE_KEYS(name):  # noqa: N802 -- a model
    from siteprior.project.registered_keys import REGISTERED_KEYS

    model = REGISTERED_KEYS["evidence"][name].keys
    assert issubclass(model, PublishedLayer)
    return model


def geojson(path, table, crs=4326, **members):
    """Write GeoJSON as a web service answers, with what it states of itself beside the features."""
    document = json.loads(table.to_crs(crs).to_json(drop_id=True))
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": document["features"]}), "utf-8")
    return path


def planning_csv(path, table, dataset, *, points=False, **facts):
    """Write a CSV as planning.data.gov.uk does: degrees, the shapes as text in geometry or point."""
    degrees = table.to_crs(4326)
    rows = pd.DataFrame(table.drop(columns="geometry"))
    texts = shapely.to_wkt(degrees.geometry.to_numpy(), rounding_precision=9)
    rows = rows.assign(**{"dataset": dataset, "end-date": "", "geometry": "" if points else texts,
                          "point": texts if points else "", **facts})  # fmt: skip
    rows.to_csv(path, index=False)
    return path


def site(*shapes):
    """Return sites of these outlines, with their shapes, for the joins."""
    ids = pd.Index([f"E08000025:{number}" for number in range(len(shapes))], name="site_id")
    sites = gpd.GeoDataFrame({"reference": list(map(str, range(len(shapes))))}, index=ids,
                             geometry=[shape.centroid for shape in shapes], crs=27700)  # fmt: skip
    drawn = gpd.GeoDataFrame({"shape_basis": ["polygon by location"] * len(shapes)}, index=ids, geometry=list(shapes),
                             crs=27700)  # fmt: skip
    return sites, drawn


def measured(name, reading, *shapes):
    """Measure the layers of evidence at sites of these outlines: a table of their columns, zeros where it looked."""
    from siteprior.joins.layers import join_layer
    from siteprior.pipeline.registered import _without_unsurveyed

    sites, drawn = site(*shapes)
    found = {
        spec.name: _without_unsurveyed(join_layer(sites, reading.table[spec.name], spec, shapes=drawn),
                                       reading.table[spec.name], spec)
        for spec in EVIDENCE[name].specs
    }  # fmt: skip
    table = pd.DataFrame(found)
    return table.astype(object).where(table.notna(), None)


def save(path, table):
    """Write a vector file; of a shapefile the columns' names are cut as it has them."""
    if path.suffix == ".shp":
        table = table.rename(columns={name: name.replace("-", "_")[:10] for name in table if name != "geometry"})
    (table.to_crs(4326) if path.suffix == ".geojson" else table).to_file(path)
    return path
