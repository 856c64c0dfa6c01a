"""Made-up workbooks in the form of MHCLG's land value estimates, and areas of councils."""

from __future__ import annotations

import geopandas as gpd
import openpyxl
from shapely.geometry import box

from siteprior.core.schema import AREAS, conform

PERCENTILES = ("10", "25", "50 (Median)", "75", "90")


def workbook(
    path, *, councils=None, valued="Valuation date: 1 October 2023", industrial=True, title="", scale=1, unit="£/ha"
):
    """Write the workbook of 2023 as two independent programs read it: header on record 5, groups on record 4.

    ``councils`` is the medium value (£/ha) by name; the low is four fifths of it, the high six fifths.
    """
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "Notes"
    notes.append([title or "Land value estimates for policy appraisal"])
    notes.append([valued])
    sheet = book.create_sheet("Residential")
    for _ in range(3):
        sheet.append([])
    groups = [
        f"{name} site density, across the house price distribution: ({unit})" for name in ("Low", "Medium", "High")
    ]
    sheet.append([None, None, None, None, "Site Density (dwellings/ha)", None, None,
                  *(cell for group in groups for cell in (group, None, None, None, None))])  # fmt: skip
    sheet.append([None, "Region", "Country", "Local Authority", "Low", "Medium", "High", *PERCENTILES * 3])
    given = councils or {"Birmingham": 2_500_000, "Walsall": 1_500_000, "West Midlands average": 3_150_000}
    for name, medium in given.items():
        values = [medium * share * factor / scale for share in (0.8, 1.0, 1.2) for factor in (0.6, 0.8, 1, 1.2, 1.5)]
        sheet.append([None, "West Midlands", "England", name, 30, 45, 70, *values])
    if industrial:
        other = book.create_sheet("Industrial")
        other.append(["Industrial land"])
        other.append(["Local Authority", "Industrial land value (£/ha)"])
        other.append(["Birmingham", 1_400_000])
        other.append(["Dudley (Black Country LEP)", 800_000])
    book.save(path)
    return path


def areas(*districts):
    """Return one area per district."""
    codes = [f"E0100000{n}" for n in range(len(districts))]
    table = gpd.GeoDataFrame(
        {"lsoa_code": codes, "lsoa_year": 2021, "lsoa_name": None, "district_code": list(districts)},
        geometry=[box(n, 0, n + 1, 1) for n in range(len(districts))], crs=27700,
    ).set_index("lsoa_code")  # fmt: skip
    return gpd.GeoDataFrame(conform(table, AREAS), geometry="geometry", crs=27700)
