"""A made-up pile of registers for the tests of the audit: two councils, every kind of repair and fault."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely import box

from siteprior.core import schema
from siteprior.core.issues import IssueLog, concat_issues

HOSTILE = '=HYPERLINK("x") <script>alert(1)</script> & "Sons"'
FILES = ("a.csv", "b.csv", "c.csv")


def boundaries():
    """Two councils of 10 km side by side."""
    return gpd.GeoDataFrame(
        {"name": ["Alderton", "Birchford"]},
        index=pd.Index(["E07000001", "E07000002"], name="organisation"),
        geometry=[box(400_000, 290_000, 410_000, 300_000), box(410_000, 290_000, 420_000, 300_000)],
        crs=schema.CRS,
    )


def sites():
    """Seven sites: right as labelled twice, swapped, labelled nowhere, doubtful, without a place, of no council."""
    rows = [
        # id, file, row, reference, organisation, easting, northing, original_x, original_y, system, repair, confidence
        ("E07000001:A1", "a.csv", 2, "A1", "E07000001", 401_000, 291_000, "401000", "291000", "OSGB36", None, "high"),
        ("E07000001:A2", "a.csv", 3, "A2", "E07000001", 402_000, 292_000, "292000", "402000", "OSGB36", "axes swapped",
         "medium"),
        ("E07000001:A3", "a.csv", 4, "A3", "E07000001", 403_000, 293_000, "52.5", "-1.9", "WGS84", "axes swapped",
         "medium"),
        ("E07000001:A4", "a.csv", 5, "A4", "E07000001", 450_000, 330_000, "450000", "330000", "OSGB36", None, "low"),
        ("E07000001:A5", "a.csv", 6, "A5", "E07000001", None, None, None, None, None, None, "none"),
        ("E07000002:B1", "b.csv", 2, "B1", "E07000002", 411_000, 291_000, "411000", "291000", "OSGB36", None, "high"),
        ("unknown:C1", "b.csv", 3, "C1", None, 500_000, 200_000, "500000", "200000", "OSGB36", None, "medium"),
    ]  # fmt: skip
    names = ["site_id", "file", "row", "reference", "organisation", "easting", "northing", "original_x", "original_y",
             "coordinate_system", "repair", "coordinate_confidence"]  # fmt: skip
    table = pd.DataFrame(rows, columns=names).set_index("site_id")
    table["site_name"] = [HOSTILE, *["Yard"] * 6]
    table["hectares"] = [0.5, 1.25, None, 1, 1, 1, 1]
    points = gpd.points_from_xy(table["easting"], table["northing"])
    points = gpd.GeoSeries(points, index=table.index).where(table["easting"].notna(), None)
    return schema.conform(gpd.GeoDataFrame(table, geometry=points, crs=schema.CRS), schema.REGISTER)


def labelled():
    """Where the labels put them."""
    east = [401_000, 292_000, None, 450_000, None, 411_000, 500_000]
    north = [291_000, 402_000, None, 330_000, None, 291_000, 200_000]
    return pd.DataFrame(
        {"stated": [True, True, True, True, False, True, True], "labelled_easting": east, "labelled_northing": north},
        index=sites().index,
    ).astype({"labelled_easting": float, "labelled_northing": float})


def issues():
    """One of each standing, file by file, and one of another input."""
    a, b, c, other = (IssueLog(file) for file in (*FILES, "stops.csv"))
    a.add("OSGB flipped", row=3, field="coordinates", value="292000, 402000", action="axes swapped")
    a.add("WGS84 out of bounds of custom boundary", row=4, field="coordinates", value="52.5, -1.9",
          action="axes swapped")  # fmt: skip
    a.add("OSGB out of bounds of custom boundary", row=5, field="coordinates", value="450000, 330000",
          action="left where it is")  # fmt: skip
    a.add("missing value", row=6, field="coordinates", action="the site has no place")
    a.add("missing value", row=4, field="hectares", action="left blank")
    a.add("patch", row=3, field="hectares", value="1.25ha", action="read as 1.25")
    a.add("missing value", row=7, action="passed over: neither a reference, a name nor coordinates")
    b.add("missing value", field="ownership_status", action="blank or absent in all 2 rows")
    b.add("invalid organisation", row=3, field="organisation", value="=Nowhere", action="assigned to no council")
    c.add("missing value", action="file refused: no recognisable header")
    other.add("unknown entity", row=1)
    return concat_issues(*(log.table() for log in (a, b, c, other)))


def files():
    """Two files read and one refused."""
    return pd.DataFrame(
        {
            "file": FILES,
            "rows_in": pd.array([6, 2, None], dtype="Int64"),
            "rows_out": pd.array([5, 2, None], dtype="Int64"),
            "rows_explained": pd.array([1, 0, None], dtype="Int64"),
            "encoding": ["utf-8", "xlsx", None],
            "header_row": pd.array([1, 3, None], dtype="Int64"),
            "schema": ["2017 template", "2019 v2", None],
            "refused": [None, None, "no recognisable header"],
        }
    ).astype({"encoding": "str", "schema": "str", "refused": "str"})


def pile(**changes):
    """Everything an audit is written from."""
    given = {"sites": sites(), "labelled": labelled(), "issues": issues(), "files": files(), "boundaries": boundaries()}
    return {**given, **changes}
