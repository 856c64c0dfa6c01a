"""Land parcels of each site, from HM Land Registry's INSPIRE index polygons: one file or zip per council, or many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.all_faults import AllFaults
from siteprior.core.cache_folder import cache_folder
from siteprior.core.errors import InputError
from siteprior.core.files import Input, archive_member
from siteprior.core.issues import IssueLog, Reading, concat_issues
from siteprior.core.schema import CRS, Column
from siteprior.core.short_repr import counted
from siteprior.project.files import CouncilCode, File
from siteprior.project.kinds import Text, key
from siteprior.sources.parcels.parcel_files import ID_COLUMN, read_parcel_file
from siteprior.sources.parcels.parcels_of_sites import parcels_of_sites
from siteprior.sources.parcels.which_council import council_name, councils_of_file
from siteprior.sources.registry import joined, source

ELSEWHERE = "not used: the file is of another council"
"""What is logged of a file none of whose parcels are of the councils of the study area."""

PAGE = "https://use-land-property-data.service.gov.uk/datasets/inspire/download"


class ParcelFile(File):
    """Land parcels of a council, as published, or saved in another format of shapes."""

    council: Annotated[
        CouncilCode | None,
        key("ONS code of the council whose parcels they are, where that is not to be found out", example="E08000025"),
    ] = None
    layer: Annotated[Text | None, key("The layer, where they were saved as one of several", example="parcels")] = None
    crs: Annotated[
        Text | None, key("The coordinate system, where they were saved in another format", example="EPSG:27700")
    ] = None


class _OfFile(NamedTuple):
    """What was read of a file: its name, its parcels, the councils it covers, its issues and its record."""

    label: str
    parcels: gpd.GeoDataFrame
    councils: tuple[str, ...]
    issues: pd.DataFrame
    origin: Input


@source(
    "parcels",
    section="evidence",
    many=True,
    title="Land parcels",
    meaning="Registered land parcels (HM Land Registry, INSPIRE index polygons), one file or zip per council",
    keys=ParcelFile,
    example="parcels/Birmingham_City_Council.zip",
    columns=[
        Column(
            "inspire_parcels", "integer", "Registered parcels",
            "Registered land parcels that count as parcels of the site, slivers and roads that run beyond it left out; "
            "blank where no parcels of its council were read, or its extent is not known", "parcels",
            "HM Land Registry", least=0,
        ),
        Column(
            "registered_share", "number", "Registered share",
            "Share of the site under registered parcels, roads and slivers included; below half it has mostly no "
            "registered title", "0–1", "HM Land Registry", least=0,
        ),
    ],
)  # fmt: skip
def read_parcels(
    paths: Sequence[Path], files: Sequence[str], stated: Sequence[ParcelFile], areas: gpd.GeoDataFrame
) -> Reading[gpd.GeoDataFrame]:
    """Return the parcels of all files, each once, with the councils whose parcels the file has.

    Parameters
    ----------
    paths, files
        The files, and their names in issues and provenance.
    stated
        What the project says of each.
    areas
        The areas (LSOAs), with ``district_code``.

    Returns
    -------
    Reading
        ``inspire_id``, ``councils`` (ONS codes, parted by blanks) and the polygons on EPSG:27700. Logged are broken
        polygons, files of other councils, files that are the same, and ids that stand more than once.

    Raises
    ------
    InputError
        When a file cannot be read or is no file of parcels, the council stated for it is another, or no file is of a
        council of the areas; of all files at once.
    """
    cache, faults, read = cache_folder(), AllFaults(), list[_OfFile]()
    seen: dict[tuple[str, str], str] = {}
    for path, label, entry in zip(paths, files, stated, strict=True):
        with faults.kept():
            read.append(_read_one(path, label, entry, areas, cache, seen))
    faults.refuse()
    _refuse_all_elsewhere(read, areas)
    table, issues = _each_once(read)
    return Reading(table, concat_issues(*(each.issues for each in read), issues), tuple(each.origin for each in read))


@joined("parcels")
def join_parcels(sites: gpd.GeoDataFrame, table: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Count the registered parcels of each site, and measure the share of it they cover.

    A site has both where it lies in a council whose parcels were read, and its extent is known: a polygon, or a disc
    of its hectares. How parcels count: :func:`siteprior.sources.parcels.parcels_of_sites.parcels_of_sites`.
    """
    covered = {code for codes in table["councils"].unique() for code in str(codes).split()}
    council = sites["district_code"].fillna(sites["organisation"])
    measured = np.full(len(sites), None, dtype=object)
    if shapes is not None:
        known = council.isin(covered).to_numpy(dtype=bool)
        measured[known] = np.asarray(shapes.reindex(sites.index).geometry.array, dtype=object)[known]
    return parcels_of_sites(measured, table).set_axis(sites.index)


def _read_one(
    path: Path, label: str, entry: ParcelFile, areas: gpd.GeoDataFrame, cache: Path | None,
    seen: dict[tuple[str, str], str],
) -> _OfFile:  # fmt: skip
    """Read one file and find its council; a file that was read already under another name has no parcels of its own."""
    reading = read_parcel_file(path, file=label, layer=entry.layer, crs=entry.crs, cache=cache)
    (origin,) = reading.provenance
    councils = councils_of_file(reading.table, areas, file=label, stated=entry.council)
    log, parcels, same = IssueLog(label), reading.table, (origin.sha256, archive_member(path)[1])
    if same in seen:
        log.add("reference values are not unique", field=ID_COLUMN, value=counted(len(parcels), "parcel"),
                action=f"counted once: the file is the same as {seen[same]}", severity="notice")  # fmt: skip
    elif not councils:
        log.add("unknown entity", field="council", value=counted(len(parcels), "parcel"),
                action=f"{ELSEWHERE}, none whose areas were read", severity="warning")  # fmt: skip
    else:
        seen[same] = label
        parcels = _parts_as_one(parcels, log)
        blank = int((parcels["inspire_id"] == "").sum())
        if blank:
            log.add("unknown entity - missing reference", field=ID_COLUMN, value=f"{blank:,} of {len(parcels):,}",
                    action="each counted as a parcel of its own")  # fmt: skip
        return _OfFile(label, parcels, councils, concat_issues(reading.issues, log.table()), origin)
    return _OfFile(label, parcels.iloc[:0], councils, log.table(), replace(origin, rows=0))


def _refuse_all_elsewhere(read: Sequence[_OfFile], areas: gpd.GeoDataFrame) -> None:
    """Refuse files of which none is of a council of the areas."""
    if any(each.councils for each in read):
        return
    ours = ", ".join(f"{council_name(code)} {code}" for code in sorted(set(areas["district_code"].dropna())))
    raise InputError(
        *(
            f"{each.label}: is of another council: few or none of its parcels lie in the areas read, which are of "
            f"{ours}. Give the file of one of these (from {PAGE}), or state with council whose parcels they are"
            for each in read
        )
    )


def _parts_as_one(parcels: gpd.GeoDataFrame, log: IssueLog) -> gpd.GeoDataFrame:
    """Return a file's parcels with the features of one id as one parcel, in the place of the first; log that."""
    ids = parcels["inspire_id"]
    several = ids.duplicated(keep=False) & (ids != "")
    if not several.any():
        return parcels
    shapes = np.asarray(parcels.geometry.array, dtype=object).copy()
    again = ids.duplicated() & (ids != "")
    places = pd.Series(np.arange(len(parcels)))[several.to_numpy()].groupby(ids[several].to_numpy(), sort=False)
    for _, same in places:
        shapes[same.iloc[0]] = shapely.union_all(shapes[same.to_numpy()])
    log.add("reference values are not unique", row=int(ids.index[again][0]), field=ID_COLUMN,
            value=f"{int(again.sum()):,} of {len(ids):,}, first {ids[again].iloc[0]}",
            action="the features of one id counted as one parcel", severity="notice")  # fmt: skip
    one: gpd.GeoDataFrame = parcels.set_geometry(shapes, crs=CRS)[~again]
    return one


def _each_once(read: Sequence[_OfFile]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Put the parcels of all files together, a parcel that stands in several as in the first; log that."""
    used = [each for each in read if len(each.parcels)]
    names = [" ".join(each.councils) for each in used]
    ids = pd.concat([each.parcels["inspire_id"] for each in used], ignore_index=True)
    number = np.repeat(np.arange(len(used)), [len(each.parcels) for each in used])
    again = (ids.duplicated() & (ids != "")).to_numpy(dtype=bool)
    log = IssueLog()
    for place in np.unique(number[again]).tolist():
        twice = ids[again & (number == place)]
        log.add("reference values are not unique", file=used[place].label, field=ID_COLUMN,
                value=f"{len(twice):,} of {len(used[place].parcels):,}, first {twice.iloc[0]}",
                action="in a file named before, too: counted once, as it stands there", severity="notice")  # fmt: skip
    shapes = np.concatenate([np.asarray(each.parcels.geometry.array, dtype=object) for each in used])
    councils = pd.Categorical(np.array(names, dtype=object)[number])
    table = gpd.GeoDataFrame({"inspire_id": ids, "councils": councils}, geometry=shapes, crs=CRS)
    kept: gpd.GeoDataFrame = table[~again].reset_index(drop=True)
    return kept, log.table()
