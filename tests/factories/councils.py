"""Council areas the source tests score places by."""

from __future__ import annotations

import gzip

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import register_corpus
from siteprior.core.councils import council_name
from siteprior.core.schema import CRS


@pytest.fixture(scope="session")
def west_midlands(real):
    """Return the seven West Midlands districts, dissolved from their LSOAs."""
    areas = gpd.read_file(gzip.decompress((real / "real/boundaries/wmca_lsoa21_bgc.geojson.gz").read_bytes()))
    areas = areas.to_crs(CRS)
    rows = {code: shapely.coverage_union_all(part.values) for code, part in areas.geometry.groupby(areas.LADCD_ACTIVE)}
    names = [council_name(code) for code in rows]
    index = pd.Index(rows, name="organisation")
    return gpd.GeoDataFrame({"name": names}, index=index, geometry=list(rows.values()), crs=CRS)


@pytest.fixture(scope="session")
def england(real):
    """Return the districts of England of 2024, heavily generalised."""
    return register_corpus.council_areas(real)
