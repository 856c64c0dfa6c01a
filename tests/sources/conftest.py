"""Council areas the source tests score places by."""

from __future__ import annotations

import gzip

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.schema import CRS
from siteprior.sources.organisations import WEST_MIDLANDS


@pytest.fixture(scope="session")
def west_midlands(real):
    """Return the seven West Midlands districts, dissolved from their LSOAs."""
    areas = gpd.read_file(gzip.decompress((real / "real/boundaries/wmca_lsoa21_bgc.geojson.gz").read_bytes()))
    areas = areas.to_crs(CRS)
    rows = {code: shapely.coverage_union_all(part.values) for code, part in areas.geometry.groupby(areas.LADCD_ACTIVE)}
    names = [WEST_MIDLANDS[code][0] for code in rows]
    index = pd.Index(rows, name="organisation")
    return gpd.GeoDataFrame({"name": names}, index=index, geometry=list(rows.values()), crs=CRS)


@pytest.fixture(scope="session")
def england(real, tmp_path_factory):
    """Return the districts of England of 2024, heavily generalised."""
    path = tmp_path_factory.mktemp("england") / "ltla24.gpkg"
    path.write_bytes(gzip.decompress((real / "real/boundaries/uk_ltla24.gpkg.gz").read_bytes()))
    areas = gpd.read_file(path, layer="ltla24").to_crs(CRS)
    areas = areas.rename(columns={"ltla24_name": "name", "ltla24_code": "organisation"}).set_index("organisation")
    return areas[areas.index.str.startswith("E")]
