"""Files of a published layer, as their publishers give them: the features about the areas, and where each file looked.

What the layers siteprior knows by name have in common: columns found by their words, a wrong file refused by name,
pages of an answer that was cut short, coverage, and what is kept between runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.all_faults import AllFaults
from siteprior.core.errors import InputError
from siteprior.core.files import Input, record, sha256_of
from siteprior.core.io.shape_collections import POLYGONS, opened_collections
from siteprior.core.io.vector_files import read_attributes, vector_columns
from siteprior.core.io.vector_part import Box, Part, all_squares, has_area, read_part, whole_bounds
from siteprior.core.io.vector_sources import OF_SEVERAL_FILES, vector_source
from siteprior.core.io.wkt_tables import is_wkt_table, read_wkt_part, wkt_columns
from siteprior.core.issues import IssueLog, issue_table
from siteprior.core.named_paths import named_paths
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS
from siteprior.project.coverage import PublishedLayer
from siteprior.project.layers import VectorLayer
from siteprior.sources.columns import text_column
from siteprior.sources.layers.column_words import find_columns, refuse_lacking
from siteprior.sources.layers.corners import cut_up
from siteprior.sources.layers.coverage import Coverage, Find, coverage_of, refuse_elsewhere
from siteprior.sources.layers.cut_pages import Page, page_of, refuse_cut
from siteprior.sources.layers.features import any_shapes, areal_parts
from siteprior.sources.layers.kept_features import KeptFeatures, kept_name, load, store

DATASET, ENDED = "dataset", "end_date"
_MOST_VALUES = 100

MARKS = {
    "historic_landfill": ("hld_ref",),
    "flood_zones": ("flood-risk-level", "flood_zone"),
    "listed_buildings": ("listed-building-grade", "listentry"),
    "priority_habitats": ("main_habit", "mainhabs"),
    "land_parcels": ("inspireid", "nationalcadastralreference"),
}
"""Columns by which a file is known as what it is, whatever it is named as."""


@dataclass(frozen=True)
class Wanted:
    """What is asked of the files of a published layer.

    Attributes
    ----------
    name
        Its key in ``[evidence]``.
    columns
        The columns that are read where they are there, each with the names it may have.
    needs
        Those of them of which one has to be there; none is needed where it is empty.
    states
        What these state, in words, for the message on a file without.
    datasets
        What ``dataset`` may be in a file of planning.data.gov.uk.
    polygons
        Whether only polygons count, cut into pieces of few corners; else shapes of any kind, whole.
    spans
        Where the national layer has features, a name of the parameters ``evidence.spans``; ``None`` where no file is
        known to be complete.
    """

    name: str
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    states: str = ""
    datasets: tuple[str, ...] = ()
    polygons: bool = True
    spans: str | None = "england"


class ReadFile(NamedTuple):
    """One file: what it is called, what the project says of it, its features about the areas, and where it looked.

    Attributes
    ----------
    label, entry
        Its name, and its entry in the project file.
    table
        Features on EPSG:27700, with the wanted columns the file has, as text.
    extent
        Where it looked; ``None`` where that is not stated.
    seen
        Distinct values of these columns in the whole file.
    columns
        All columns of the file.
    """

    label: str
    entry: PublishedLayer
    table: gpd.GeoDataFrame
    extent: BaseGeometry | None
    seen: Mapping[str, tuple[str, ...]]
    columns: tuple[str, ...]


class Published(NamedTuple):
    """The files of a published layer, with the issues of their reading and their provenance."""

    files: tuple[ReadFile, ...]
    issues: pd.DataFrame
    provenance: tuple[Input, ...]


class Given(NamedTuple):
    """What a reader of a published layer is given beside its files.

    Attributes
    ----------
    areas, study_area
        The LSOAs of the project, and their union.
    as_of
        The day by which features may have ended.
    find
        Finds the file of polygons a coverage names.
    cache
        Folder that keeps what was read; ``None`` reads anew.
    """

    areas: gpd.GeoDataFrame
    study_area: BaseGeometry
    as_of: date
    find: Find
    cache: Path | None = None


def read_published(
    wanted: Wanted, paths: Sequence[Path], files: Sequence[str], entries: Sequence[PublishedLayer], given: Given
) -> Published:
    """Read the files of a published layer: what lies about the areas, and where each looked.

    Parameters
    ----------
    wanted
        What is asked of them.
    paths, files, entries
        The files, what they are called, and what the project says of each.
    given
        The areas, and what else a reader needs.

    Returns
    -------
    Published
        A file a service cut short is refused; what ended before ``as_of`` is left out and logged.

    Raises
    ------
    InputError
        When a file cannot be read, is another dataset, lacks its columns or its polygons, was cut short, or nothing of
        any of them is known about the areas; each named with the layer.
    """
    listed = named_paths(paths, files, what=wanted.name)
    west, south, east, north = given.study_area.bounds
    margin = load_parameters("evidence").number("margin_m")
    box = (west - margin, south - margin, east + margin, north + margin)
    read, faults = list[tuple[str, PublishedLayer, KeptFeatures, Input]](), AllFaults()
    for (path, label), entry in zip(listed, entries, strict=True):
        with faults.kept():
            read.append((label, entry, *_kept(wanted, path, label, entry, box, given.cache)))
    faults.refuse()
    labels = [label for label, *_ in read]
    kept = [features for _, _, features, _ in read]
    refuse_cut(wanted.name, labels, [Page(f.more, f.matched) for f in kept], [f.rows for f in kept])
    covered = _coverages(wanted, read, given)
    if not any(len(features.table) for features in kept) and not any(each.shape is not None for each in covered):
        refuse_elsewhere(wanted.name, labels[0], whole_bounds([f.bounds for f in kept if f.bounds]), given.study_area)
    log = IssueLog()
    result = []
    for (label, entry, features, _), coverage in zip(read, covered, strict=True):
        log.rows += [{**row, "file": label} for row in features.issues]
        table = _in_force(features.table, label, given.as_of, log)
        result.append(ReadFile(label, entry, table, coverage.shape, features.seen, features.columns))
    origins = (*(origin for *_, origin in read), *(each for cover in covered for each in cover.provenance))
    return Published(tuple(result), issue_table(log.rows), origins)


def layer_of(files: Sequence[ReadFile], *, value: str | None = None) -> VectorLayer:
    """Make one layer of several files: all their features, and the union of where they looked.

    Parameters
    ----------
    files
        The files.
    value
        The column that becomes ``value``, the attribute that is measured.
    """
    tables = [file.table for file in files]
    shapes = np.concatenate([np.zeros(0, dtype=object), *(table.geometry.to_numpy() for table in tables)])
    index = np.concatenate([np.zeros(0, dtype="int64"), *(table.index.to_numpy() for table in tables)])
    facts: dict[str, pd.Series] = {}
    if value is not None:
        texts = [t[value] if value in t else pd.Series(np.nan, index=t.index, dtype="str") for t in tables]
        facts["value"] = pd.concat(texts) if texts else pd.Series(dtype="str")
    extents = [file.extent for file in files if file.extent is not None]
    extent = None if not extents else extents[0] if len(set(map(id, extents))) == 1 else shapely.union_all(extents)
    named = ", ".join(dict.fromkeys(file.label for file in files))
    return VectorLayer(gpd.GeoDataFrame(facts, index=index, geometry=shapes, crs=CRS), extent, named, placed=True)


def _kept(
    wanted: Wanted, path: Path, label: str, entry: PublishedLayer, box: Box, cache: Path | None
) -> tuple[KeptFeatures, Input]:
    """Return what was kept of a file, else read it and keep it; and the file's record."""
    try:
        origin = record(path, role=wanted.name, file=label, rows=0)
    except FileNotFoundError:
        raise InputError(f"{label}: there is no such file; check the path and the project's data_root") from None
    except OSError as fault:
        raise InputError(f"{label}: cannot be read ({fault.strerror or fault}); check the path") from None
    place = features = None
    if cache is not None:
        member = str(path).partition("!")[2]
        columns = tuple(f"{name}: {', '.join(names)}" for name, names in wanted.columns.items())
        options = (wanted.name, member, Path(path).suffix, entry.layer, entry.crs, box, columns, wanted.polygons)
        place = Path(cache) / kept_name(origin.sha256, *options, *_beside(Path(path)))
        features = load(place)
    if features is None:
        features = _read(wanted, path, label, entry, box)
        if place is not None:
            store(place, features)
    return features, Input(**{**vars(origin), "rows": features.rows})


def _beside(path: Path) -> tuple[str, ...]:
    """Return names and hashes of the files a layer of several files has beside the one named, as a shapefile has."""
    if path.suffix.lower() not in OF_SEVERAL_FILES or "!" in str(path):
        return ()
    others = (each for each in path.parent.iterdir() if each.stem == path.stem and each != path and each.is_file())
    return tuple(f"{each.suffix} {sha256_of(each)}" for each in sorted(others))


def _read(wanted: Wanted, path: Path, label: str, entry: PublishedLayer, box: Box) -> KeptFeatures:
    """Read one file: its features about the areas, with the columns asked for as text."""
    log, name = IssueLog(), f"{wanted.name}: {label}"
    table_of_text = is_wkt_table(path)
    columns = wkt_columns(path) if table_of_text else vector_columns(path, layer=entry.layer)
    asked = {**wanted.columns, DATASET: ("dataset",), ENDED: ("end-date",)}
    found = find_columns(columns, asked)
    values: dict[str, dict[str, None]] = {meant: {} for meant in found}

    def watch(piece: pd.DataFrame) -> None:
        for meant, column in found.items():
            for value in text_column(piece[column]).dropna().unique():
                if len(values[meant]) < _MOST_VALUES:
                    values[meant].setdefault(str(value))

    if table_of_text:
        part = read_wkt_part(path, box, columns=list(found.values()), crs=entry.crs, log=log, watch=watch)
        page = Page(more=False, matched=None)
    else:
        part = read_part(path, box, layer=entry.layer, crs=entry.crs, log=log)
        if found:
            watch(read_attributes(path, list(found.values()), layer=entry.layer))
        page = page_of(vector_source(path))
    if part.rows:  # an answer without a feature has no columns either
        needed = {meant: column for meant, column in found.items() if meant in wanted.needs}
        looked_for = [each for meant in wanted.needs for each in wanted.columns[meant]]
        if wanted.needs:
            refuse_lacking(name, columns, needed, wanted.states, looked_for)
        _refuse_other(name, wanted, columns, values.get(DATASET, {}))
        _refuse_unusable(name, wanted, path, entry.layer, part)
    table = _texts(part, found)
    table = _shapes(name, wanted, table, log) if len(table) else table
    return KeptFeatures(
        table, tuple(columns), part.bounds, part.rows, {meant: tuple(seen) for meant, seen in values.items()},
        page.more, page.matched, tuple(log.rows), part.squares,
    )  # fmt: skip


def _refuse_unusable(name: str, wanted: Wanted, path: Path, layer: str | None, part: Part) -> None:
    """Refuse a file of whose features none is of use: it looked nowhere, and its gaps are no zeros."""
    usable = part.bounds is not None
    if usable and wanted.polygons and not len(part.table):  # else the features about the areas are looked at
        usable = has_area(path, layer=layer) if part.areal is None else part.areal
    if not usable:
        needed = "a polygon" if wanted.polygons else "a shape"
        raise InputError(
            f"{name}: none of its {part.rows:,} features has {needed}: what is missing would read as nothing there; "
            f"give the file with {needed.removeprefix('a ')}s"
        )


def _refuse_other(name: str, wanted: Wanted, columns: Sequence[str], datasets: Mapping[str, None]) -> None:
    """Refuse a file that is another layer: by a column that is that one's alone, or by its own account."""
    for other, marks in MARKS.items():
        if other != wanted.name and (there := find_columns(columns, {"mark": marks})):
            raise InputError(
                f"{name}: has the column {there['mark']}, by which it is {other.replace('_', ' ')}; give the right "
                "file, or name this one under its own key"
            )
    others = [dataset for dataset in datasets if dataset and dataset not in wanted.datasets]
    if wanted.datasets and others:
        raise InputError(
            f"{name}: is the dataset '{others[0]}' by its column dataset, not {' or '.join(wanted.datasets)}; give the "
            "right file, or name this one under its own key"
        )


def _texts(part: Part, found: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Return the features with the columns found, as text under the names they were asked for by."""
    texts = {meant: text_column(part.table[column]) for meant, column in found.items()}
    shapes = shapely.force_2d(part.table.geometry.to_numpy())
    return gpd.GeoDataFrame(texts, index=part.table.index, geometry=shapes, crs=CRS)


def _shapes(name: str, wanted: Wanted, table: gpd.GeoDataFrame, log: IssueLog) -> gpd.GeoDataFrame:
    """Return the features whose shapes count, mended; polygons of very many corners in pieces."""
    if not wanted.polygons:
        return any_shapes(table, log)
    opened = opened_collections(table.geometry.to_numpy(), table.index.tolist(), IssueLog())
    if not np.isin(shapely.get_type_id(opened), POLYGONS).any():
        kinds = sorted({shape.geom_type for shape in table.geometry.to_numpy() if shape is not None})
        raise InputError(f"{name}: holds {', '.join(kinds)} about the areas, and polygons are needed; give these")
    return cut_up(areal_parts(table, log), load_parameters("evidence").integer("most_corners"))


def _coverages(
    wanted: Wanted, read: Sequence[tuple[str, PublishedLayer, KeptFeatures, Input]], given: Given
) -> list[Coverage]:
    """Return where each file looked; the pages of one answer are looked at together."""
    pages = any(features.more or features.matched is not None for _, _, features, _ in read)
    together = whole_bounds([features.bounds for _, _, features, _ in read if features.bounds])
    of_all = all_squares(features.squares for _, _, features, _ in read)
    faults, covered = AllFaults(), list[Coverage]()
    for label, entry, features, _ in read:
        bounds, squares = (together, of_all) if pages else (features.bounds, features.squares)
        with faults.kept():
            covered.append(
                coverage_of(
                    wanted.name, label, entry, bounds, squares, areas=given.areas, study_area=given.study_area,
                    find=given.find, spans=wanted.spans,
                )
            )  # fmt: skip
    faults.refuse()
    return covered


def _in_force(table: gpd.GeoDataFrame, label: str, as_of: date, log: IssueLog) -> gpd.GeoDataFrame:
    """Return the features that had not ended by a day; log those that had."""
    if ENDED not in table:
        return table
    ends = pd.to_datetime(table[ENDED].where(table[ENDED] != ""), errors="coerce", format="ISO8601")
    ended = (ends <= pd.Timestamp(as_of)).to_numpy()
    for row, value in dict(zip(table.index[ended].tolist(), table[ENDED][ended].tolist(), strict=True)).items():
        log.add("patch", row=int(row), field="end-date", value=value, file=label,
                action=f"left out: it had ended by {as_of}")  # fmt: skip
    kept: gpd.GeoDataFrame = table.loc[~ended]
    return kept
