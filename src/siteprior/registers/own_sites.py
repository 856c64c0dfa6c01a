"""The user's own sites: any vector file, CSV or workbook joins as a register through a map of its columns.

Brownfield registers are housing-led and hold no pure employment land; the public estate, a call for sites or a list
of employment land fill that gap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from siteprior.core.all_faults import AllFaults
from siteprior.core.files import record
from siteprior.core.issues import IssueLog, Reading, concat_issues
from siteprior.core.named_paths import Names, Paths, named_paths
from siteprior.core.parameters import load_parameters
from siteprior.core.renamed import renamed_argument
from siteprior.core.schema import CRS, SHAPES, conform
from siteprior.project.own_columns import PAIRS
from siteprior.registers.council_of_point import with_council_of_point
from siteprior.registers.councils import Councils, councils
from siteprior.registers.matching.similarity import M2_PER_HA
from siteprior.registers.own_files import checked_map, places_mapped, polygon_hectares, read_own_file
from siteprior.registers.plain_header import plain_names
from siteprior.registers.reader import conform_sites, issues_of, site_table
from siteprior.registers.references import ids_beside, resolve_duplicates
from siteprior.registers.vocabulary import MEASURED


@renamed_argument(path="paths", file="files")
def read_own_sites(
    paths: Paths,
    *,
    columns: Mapping[str, str],
    register: str,
    organisation: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    files: Names | None = None,
    boundaries: gpd.GeoDataFrame | None = None,
) -> Reading[gpd.GeoDataFrame]:
    r"""Read the user's own sites as a register: a row per site, areas in hectares, places in metres.

    Parameters
    ----------
    paths
        One vector file, CSV or ``.xlsx``, or several with the same columns; ``.gz`` and ``archive.zip!member`` are
        opened as they are.
    columns
        Declared column → the files' own column; the names of :data:`FIELDS` are valid, and common other ones such as
        ``homes`` for ``minimum_net_dwellings``.
    register
        What to call these sites in the column ``register``.
    organisation
        ONS code of the council or authority whose list it is, which the ids of its sites begin with; else the mapped
        ``organisation``, else the council they lie in. The column ``organisation`` is the council stated where its
        area is known, else the one the site lies in: a combined authority lists sites, and is the council of none.
    layer
        Layer of a file that holds several, or the sheet of a workbook.
    crs
        Coordinate system of a vector file that does not say it, or of the ``easting`` and ``northing`` mapped.
    files
        What each file is called in the table, the issues and the provenance; its path when not given.
    boundaries
        Council areas, as for :func:`siteprior.registers.reader.read_registers`.

    Returns
    -------
    Reading
        ``table`` is :data:`siteprior.core.schema.REGISTER`. The place of a site given as a polygon is a point inside
        it, and its hectares are the polygon's where none are stated: ``hectares_basis`` is then ``measured``. The
        polygons themselves come from :func:`read_own_sites_with_shapes`.

    Raises
    ------
    InputError
        When a file cannot be read, the map names an unknown column or one a file does not have, or there is nothing
        to place the sites by, as in a file of lines; of all files at once.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "estate.csv"
    >>> _ = path.write_text("Asset,Where,E,N,Size\nA7,Old depot,400000,290000,1.5 ha\n")
    >>> plan = {"reference": "Asset", "site_name": "Where", "easting": "E", "northing": "N", "hectares": "Size"}
    >>> sites, _, _ = read_own_sites(path, columns=plan, register="estate", organisation="E08000028")
    >>> sites[["site_name", "hectares", "easting"]].to_dict("index")
    {'E08000028:A7': {'site_name': 'Old depot', 'hectares': 1.5, 'easting': 400000.0}}
    """
    return read_own_sites_with_shapes(
        paths, columns=columns, register=register, organisation=organisation, layer=layer, crs=crs, files=files,
        boundaries=boundaries,
    )[0]  # fmt: skip


def read_own_sites_with_shapes(
    paths: Paths,
    *,
    columns: Mapping[str, str],
    register: str,
    organisation: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    files: Names | None = None,
    boundaries: gpd.GeoDataFrame | None = None,
) -> tuple[Reading[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    """Read the user's own sites as :func:`read_own_sites` does, and beside them the polygons they are given as.

    Parameters
    ----------
    paths, columns, register, organisation, layer, crs, files, boundaries
        As for :func:`read_own_sites`.

    Returns
    -------
    tuple
        The reading, and the polygons: :data:`siteprior.core.schema.SHAPES`, areas in hectares, ``site_id`` the site
        each was given as. Given to :func:`siteprior.registers.coordinates.site_shapes.site_shapes` they become the
        shapes of their sites: walks start at their edges, layers are measured over them.

    Raises
    ------
    InputError
        As :func:`read_own_sites`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from siteprior.registers.coordinates.site_shapes import site_shapes
    >>> yard = gpd.GeoDataFrame({"REF": ["Y1"]}, geometry=[shapely.box(4e5, 29e4, 400200, 290100)], crs=CRS)
    >>> path = Path(tempfile.mkdtemp()) / "estate.gpkg"
    >>> yard.to_file(path)
    >>> reading, polygons = read_own_sites_with_shapes(
    ...     path, columns={"reference": "REF"}, register="estate", organisation="E08000028", files="estate.gpkg")
    >>> reading.table[["hectares", "hectares_basis"]].to_dict("index")
    {'E08000028:Y1': {'hectares': 2.0, 'hectares_basis': 'measured'}}
    >>> shapes, _ = site_shapes(reading.table, polygons)
    >>> shapes[["shape_basis", "shape_id"]].to_dict("index")
    {'E08000028:Y1': {'shape_basis': 'polygon as given', 'shape_id': 'estate.gpkg#1'}}
    """
    known_councils = councils(boundaries)
    labelled = named_paths(paths, files, what="own sites")
    tables: list[pd.DataFrame] = []
    logs: list[IssueLog] = []
    faults = AllFaults()
    for path, label in labelled:
        log = IssueLog(label)
        with faults.kept():
            mapped = checked_map(columns, label)
            drawn = read_own_file(path, mapped, layer, crs, log)
            _report_unread(drawn.rows.table.header, mapped, log)
            table = site_table(
                drawn.rows, known_councils, log, organisation=organisation, register=register, by_place=True
            )
            table["polygon"] = pd.Series(drawn.polygons, index=table.index, dtype=object)
            _measure_areas(table, drawn.unstated, log)
            if not places_mapped(mapped):
                table[["original_x", "original_y"]] = ""  # the point is the shape's; no numbers stood in the file
                _trust_shapes(table, known_councils)
            stated = [organisation or text for text in drawn.rows.organisations()]
            tables.append(with_council_of_point(table, stated, known_councils, log))
            logs.append(log)
    faults.refuse()
    sites, _ = resolve_duplicates(pd.concat(tables, ignore_index=True), logs)
    kept = sites["file"].value_counts()
    provenance = [record(path, role=register, file=label, rows=int(kept.get(label, 0))) for path, label in labelled]
    table = conform_sites(sites.drop(columns="polygon"), known_councils)
    return Reading(table, issues_of(sites, logs), tuple(provenance)), _polygon_table(sites)


def beside_other_lists(
    reading: Reading[gpd.GeoDataFrame], polygons: gpd.GeoDataFrame, earlier: Sequence[gpd.GeoDataFrame]
) -> tuple[Reading[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    """Return a list of own sites as it stands beside others: no id twice, each reference only its own list's.

    Parameters
    ----------
    reading, polygons
        From :func:`read_own_sites_with_shapes`.
    earlier
        The sites of the lists read before it, registers first; their ids stay.

    Returns
    -------
    tuple
        The reading and the polygons, a site whose id was taken called ``…~2``, ``…~3``, with an issue row that names
        the file and row of both.
    """
    renamed, log = ids_beside(reading.table, earlier)
    if not renamed:
        return reading, polygons
    issues = reading.issues.assign(
        action=[
            action.replace(f"called {site}", f"called {renamed[site]}") if site in renamed else action
            for site, action in zip(reading.issues["site_id"], reading.issues["action"], strict=True)
        ],
        site_id=[renamed.get(site, site) for site in reading.issues["site_id"]],
    )
    table = reading.table.rename(index=renamed)
    shapes = polygons.assign(site_id=polygons["site_id"].map(lambda site: renamed.get(site, site)))
    return reading._replace(table=table, issues=concat_issues(issues, log.table())), conform(shapes, SHAPES)


def _polygon_table(sites: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the polygons of the sites that have one, each by its file and feature."""
    drawn = sites[sites["polygon"].notna()]
    shapes = drawn["polygon"].to_numpy(dtype=object)
    facts = {
        "reference": drawn["reference"].to_numpy(),
        "organisation": drawn["organisation"].to_numpy(),
        "site_id": drawn.index.to_numpy(),
        "hectares": shapely.area(shapes) / M2_PER_HA,
    }
    labels = [f"{file}#{row}" for file, row in zip(drawn["file"], drawn["row"], strict=True)]
    return conform(gpd.GeoDataFrame(facts, index=pd.Index(labels, dtype="str"), geometry=shapes, crs=CRS), SHAPES)


def _report_unread(header: Sequence[str], columns: Mapping[str, str], log: IssueLog) -> None:
    """Report the columns that plainly are what siteprior reads, and that the map leaves out."""
    taken = {" ".join(source.split()) for source in columns.values()}
    places = {name for pair in PAIRS for name in pair}
    unread = [
        f"{column} = '{source}'"
        for column, source in plain_names(header).items()
        if column not in {*columns, *places} and " ".join(source.split()) not in taken
    ]
    if unread:
        log.add("default-value", field="columns",
                action=f"not read, for the map leaves them out; to read them add {', '.join(unread)}")  # fmt: skip


def _measure_areas(table: pd.DataFrame, unstated: npt.NDArray[np.bool_], log: IssueLog) -> None:
    """Mark areas taken from polygons as measured, in place; take them where the area stated could not be read, too."""
    areas = polygon_hectares(table["polygon"].to_numpy(dtype=object))
    known = table["hectares"].notna().to_numpy()
    unread = ~known & ~unstated & (areas > 0) & (areas <= load_parameters("registers").number("largest_hectares"))
    table.loc[unread, "hectares"] = areas[unread]
    table.loc[unread | (unstated & known), "hectares_basis"] = MEASURED
    for number in table.loc[unread, "row"]:
        log.add("default-value", row=int(number), field="hectares", action="taken from the area of the shape")


def _trust_shapes(table: pd.DataFrame, known_councils: Councils) -> None:
    """Mark places as certain, in place, where the user drew them: the file says in which system its shapes stand.

    A shape away from the council its row states keeps its doubt: one of the two is wrong.
    """
    bounded = np.array([known_councils.area(code) is not None for code in table["organisation"]], dtype=bool)
    doubtful = (table["coordinate_confidence"] == "low").to_numpy() & bounded
    placed = table["easting"].notna().to_numpy() & table["repair"].fillna("").eq("").to_numpy()
    table.loc[placed & ~doubtful, "coordinate_confidence"] = "high"
