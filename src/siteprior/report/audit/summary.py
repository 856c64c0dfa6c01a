"""What the audit of registers found, sorted by council and counted: the figures of its page and of its workbooks."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.issues import ISSUE_TYPES, SEVERITIES
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CONFIDENCE
from siteprior.report.audit.messages import FILE, ROW, advice, field_name, wrong

UNKNOWN = "unknown"
"""Stands for the council of sites that are no known council's."""

LEFT, MENDED, NOTED = "left", "mended", "noted"
"""What became of a fault: only the council can put it right; read rightly here; nothing for the council to do."""


@dataclass(frozen=True)
class Findings:
    """What was found in the registers of one council, or of all.

    Attributes
    ----------
    code
        ONS code, :data:`UNKNOWN`, or blank for all councils together.
    name
        The council's name.
    sites
        One row per site: the register's columns, ``longitude``, ``latitude``, ``council``, ``stated``,
        ``labelled_easting``, ``labelled_northing``, ``moved_m``, ``home_before`` and ``home_after``.
    issues
        The issue log of the registers with ``council``, ``reference`` and ``standing`` (:data:`LEFT`, …); a blank
        ``field`` is named.
    files
        The table of files.
    boundary
        The council's area, or ``None``.
    """

    code: str
    name: str
    sites: pd.DataFrame
    issues: pd.DataFrame
    files: pd.DataFrame
    boundary: BaseGeometry | None = None


def find(
    *,
    sites: gpd.GeoDataFrame,
    labelled: pd.DataFrame,
    issues: pd.DataFrame,
    files: pd.DataFrame,
    boundaries: gpd.GeoDataFrame | None,
) -> Findings:
    """Bring together what was found in all registers; see :class:`Findings` for the columns (metres, degrees)."""
    table = _sites(sites, labelled, boundaries)
    of_files = table.groupby("file")["council"].agg(lambda codes: codes.mode().iloc[0]).to_dict()
    stated = issues[issues["file"].isin(files["file"])].reset_index(drop=True)
    keys = list(zip(stated["file"], stated["row"].fillna(-1).astype(int), strict=True))
    rows = table.assign(mended=table["repair"].notna()).set_index(["file", "row"])
    by_row = rows[["council", "reference", "mended"]].to_dict("index")
    nothing: dict[Hashable, Any] = {"council": None, "reference": None, "mended": False}
    found = [by_row.get(key, nothing) for key in keys]
    external = np.array([ISSUE_TYPES[kind].responsibility == "external" for kind in stated["issue_type"]], dtype=bool)
    error, warning = stated["severity"] == "error", stated["severity"] == "warning"
    whole = np.where(stated["row"].isna(), FILE, ROW)
    on_place = (stated["field"] == "coordinates") & np.array([row["mended"] for row in found], dtype=bool)
    mended = external & (warning | (error & on_place))
    return Findings(
        code="",
        name="",
        sites=table,
        issues=stated.assign(
            field=stated["field"].where(stated["field"] != "", whole),
            council=pd.Series(
                [row["council"] or of_files.get(file, UNKNOWN) for row, (file, _) in zip(found, keys, strict=True)]
            ),
            reference=pd.Series([row["reference"] for row in found]),
            standing=np.select([mended, external & error], [MENDED, LEFT], NOTED),
        ),
        files=files.assign(council=[of_files.get(file, UNKNOWN) for file in files["file"]]),
    )


def _sites(sites: gpd.GeoDataFrame, labelled: pd.DataFrame, boundaries: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Return the sites as a plain table with degrees, council, and where they were before."""
    degrees = sites.geometry.to_crs("EPSG:4326")
    table = pd.DataFrame(sites.drop(columns=sites.active_geometry_name)).reset_index()
    before = labelled.reset_index(drop=True)
    table = table.assign(
        longitude=degrees.x.to_numpy(),
        latitude=degrees.y.to_numpy(),
        council=table["organisation"].fillna(UNKNOWN),
        **{str(name): before[name] for name in before},
    )
    away = (table["labelled_easting"] - table["easting"], table["labelled_northing"] - table["northing"])
    table["moved_m"] = np.hypot(*away)
    for column, (x, y) in {
        "home_before": ("labelled_easting", "labelled_northing"),
        "home_after": ("easting", "northing"),
    }.items():
        table[column] = _at_home(table[x], table[y], table["council"], boundaries)
    return table


def _at_home(x: pd.Series, y: pd.Series, council: pd.Series, boundaries: gpd.GeoDataFrame | None) -> pd.Series:
    """Return which places (metres) lie in or near the area of their council; missing where the area is not known."""
    home = pd.Series(pd.NA, index=x.index, dtype="boolean")
    if boundaries is None:
        return home
    near = float(load_parameters("registers")["near_m"].value)
    areas = np.asarray(boundaries.geometry.reindex(council), dtype=object)
    known = ~shapely.is_missing(areas)
    placed = np.isfinite(x.to_numpy(dtype=float)) & np.isfinite(y.to_numpy(dtype=float)) & known
    home[known] = False
    shapely.prepare(areas)
    home[placed] = shapely.dwithin(areas[placed], shapely.points(x[placed], y[placed]), near)
    return home


def by_council(found: Findings, names: Mapping[str, str], boundaries: gpd.GeoDataFrame | None) -> list[Findings]:
    """Return what was found of each council, by name; rows of no known council last."""
    codes = set(found.sites["council"]) | set(found.issues["council"]) | set(found.files["council"])
    parts = {name: dict(iter(getattr(found, name).groupby("council"))) for name in ("sites", "issues")}
    of_files = found.sites.groupby("council")["file"].unique().to_dict()
    councils = []
    for code in codes:
        own = found.files["file"].isin(of_files.get(code, ())) | (found.files["council"] == code)
        councils.append(
            Findings(
                code=code,
                name="No council known" if code == UNKNOWN else names.get(code) or code,
                sites=parts["sites"].get(code, found.sites.iloc[:0]),
                issues=parts["issues"].get(code, found.issues.iloc[:0]),
                files=found.files[own],
                boundary=None if boundaries is None or code not in boundaries.index else boundaries.geometry[code],
            )
        )
    return sorted(councils, key=lambda each: (each.code == UNKNOWN, each.name, each.code))


def issue_totals(issues: pd.DataFrame) -> list[dict[str, Any]]:
    """Count the issues by code, the gravest first: ``type``, ``severity``, ``rows``, ``mended``, ``left``, ….

    Examples
    --------
    >>> table = pd.DataFrame({"issue_type": ["OSGB flipped", "OSGB flipped"], "standing": ["mended", "mended"]})
    >>> issue_totals(table)[0]["rows"], issue_totals(table)[0]["who"]
    (2, 'the council')
    """
    counted = pd.crosstab(issues["issue_type"], issues["standing"]).reindex(columns=[LEFT, MENDED, NOTED], fill_value=0)
    rows = [
        {
            "type": kind, "severity": ISSUE_TYPES[kind].severity, "rows": int(counts.sum()),
            "mended": int(counts[MENDED]), "left": int(counts[LEFT]), "meaning": wrong(kind, ""),
            "who": "the council" if ISSUE_TYPES[kind].responsibility == "external" else "us",
        }
        for kind, counts in ((str(kind), counts) for kind, counts in counted.iterrows())
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (SEVERITIES.index(row["severity"]), -row["rows"], row["type"]))


def repair_totals(sites: pd.DataFrame) -> list[dict[str, Any]]:
    """Count the repairs of places: ``repair``, ``sites``, by confidence, typical distance (metres), off the map."""
    mended = sites[sites["repair"].notna()]
    rows = []
    for repair, group in mended.groupby("repair"):
        counts = group["coordinate_confidence"].value_counts()
        moved = group["moved_m"].dropna()
        rows.append(
            {
                "repair": repair, "sites": len(group), **{level: int(counts.get(level, 0)) for level in CONFIDENCE},
                "moved_m": float(moved.median()) if len(moved) else None,
                "off_map": int((group["stated"] & group["labelled_easting"].isna()).sum()),
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: (-row["sites"], row["repair"]))


def left_totals(issues: pd.DataFrame) -> list[dict[str, Any]]:
    """Count what only the council can put right: ``field``, ``wrong``, ``rows``, ``example``, ``advice``."""
    left = issues[issues["standing"] == LEFT]
    faults = [(str(field), str(kind), group) for (field, kind), group in left.groupby(["field", "issue_type"])]
    rows = [
        {
            "field": field_name(field), "type": kind, "wrong": wrong(kind, field), "rows": len(group),
            "example": next((value for value in group["value"] if value), ""), "advice": advice(kind, field),
        }
        for field, kind, group in faults
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["rows"], row["field"], row["type"]))


def totals(found: Findings) -> dict[str, Any]:
    """Count files, records, sites, places and faults of :class:`Findings`, for the head of page and workbook."""
    sites, issues, files = found.sites, found.issues, found.files
    counts = sites["coordinate_confidence"].value_counts()
    judged = sites[sites["stated"] & sites["home_before"].notna()]
    standing = issues["standing"].value_counts()
    return {
        "files": len(files),
        "refused": int(files["refused"].notna().sum()),
        "rows_in": int(files["rows_in"].sum()),
        "rows_explained": int(files["rows_explained"].sum()),
        "sites": len(sites),
        **{level: int(counts.get(level, 0)) for level in CONFIDENCE},
        "repaired": int(sites["repair"].notna().sum()),
        "judged": len(judged),
        "home_before": float(judged["home_before"].mean()) if len(judged) else None,
        "home_after": float(judged["home_after"].mean()) if len(judged) else None,
        **{name: int(standing.get(name, 0)) for name in (LEFT, MENDED, NOTED)},
    }
