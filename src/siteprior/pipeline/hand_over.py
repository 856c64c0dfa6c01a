"""What leaves the team: a run cut by council, corridor, ownership or partner, with what its audience may see alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import geopandas as gpd
import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.core.files import as_path
from siteprior.core.io.messy_tables import read_table
from siteprior.core.short_repr import counted, first_few
from siteprior.core.whole_folder import whole_folder
from siteprior.pipeline.manifest import open_run
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.result import Result
from siteprior.report.audience import (
    INTERNAL,
    PUBLIC,
    Audience,
    as_registered,
    audience_of,
    audience_record,
    visible,
)
from siteprior.report.file_names import DOSSIERS, dossier_files, file_names

Cut = Literal["council", "corridor", "ownership", "partner"]

CUTS: Mapping[str, str] = {
    "council": "organisation_name", "corridor": "corridor", "ownership": "ownership_status", "partner": "partner",
}  # fmt: skip
"""The cuts, and the column each is made by."""

NOT_STATED = "not stated"
"""The name of the part of sites whose column is blank."""

OWN = (
    "shortlist.gpkg", "sites.gpkg", "shortlist.csv", "sites.csv", "shortlist.xlsx", "sites.xlsx", "report.html",
    "run.json", "siteprior.qgz", "pictures/map.png", f"{DOSSIERS}/*.html", f"{DOSSIERS}/*.pdf",
)  # fmt: skip
"""Patterns of the files of a package: what an earlier one left of them is taken away."""


Finished: TypeAlias = Result | Run
"""A finished run: a result in memory, or a folder opened again."""


class Package(NamedTuple):
    """A package that was written: of what part, for whom, where, and how many sites it lists."""

    part: str
    audience: str
    folder: Path
    sites: int


def hand_over(
    run: Path | str | None = None,
    *,
    audience: str,
    out: Path | str,
    by: Cut | None = None,
    partners: Path | str | None = None,
) -> tuple[Package, ...]:
    """Write what may leave the team of a finished run: one folder, or one per part of a cut (hectares, metres).

    Parameters
    ----------
    run
        The folder of an internal run; the newest in ``outputs`` when ``None``.
    audience
        ``internal``, ``partner`` (the shortlist by id) or ``public`` (all sites by id); docs/how-to/hand-over.md.
    out
        The folder to write, with one in it for each part of a cut.
    by
        ``council``, ``corridor``, ``ownership`` or ``partner``; no cut when ``None``.
    partners
        For ``by="partner"``: a file with ``site_id`` and ``partner``.

    Returns
    -------
    tuple of Package

    Raises
    ------
    InputError, OutputError
        When the run is not the team's own, an argument is unknown, or a folder cannot be written.

    Examples
    --------
    >>> import siteprior as sp
    >>> folder = sp.demo(out="outputs/demo")
    >>> made = sp.hand_over(folder, audience="partner", by="council", out="outputs/partners")
    >>> made[0].part, made[0].sites
    ('Birmingham', 12)
    """
    asked = audience_of(audience)
    if by is not None and by not in CUTS:
        raise InputError(f"by: {unknown('cut', str(by), CUTS)}")
    if (by == "partner") != (partners is not None):
        raise InputError("partners: needs site_id and partner, and goes with by='partner' alone")
    opened = open_run(run)
    folder = as_path(out, name="out", what="a folder")
    if (folder / "ranking.csv").is_file():
        raise InputError(f"{folder}: holds a run of the team's own; name another folder with --out")
    listed = listed_for(opened, asked)
    if by is None:
        with whole_folder(folder, own=OWN) as staged:
            write_hand_over(opened, listed, staged, asked)
        return (Package("", asked.name, folder, len(listed)),)
    parts = _parts(listed, by, partners)
    names = file_names(parts)
    made = []
    for part in sorted(parts):
        with whole_folder(folder / names[part], own=OWN) as staged:
            write_hand_over(opened, parts[part], staged, asked, part=part)
        made.append(Package(part, asked.name, folder / names[part], len(parts[part])))
    return tuple(made)


def listed_for(source: Finished, audience: Audience) -> gpd.GeoDataFrame:
    """Return the sites an audience is given: every site considered for the public, else the shortlist."""
    return source.sites if audience.name == PUBLIC else source.shortlist


def _parts(listed: gpd.GeoDataFrame, by: str, partners: Path | str | None) -> dict[str, gpd.GeoDataFrame]:
    """Return the sites of each part by its name; a site may be of several partners, and of one part else."""
    if by != "partner" or partners is None:
        names = listed[CUTS[by]].astype("object").fillna(NOT_STATED)
        return {str(name): gpd.GeoDataFrame(listed[names == name]) for name in dict.fromkeys(names)}
    stated = _read_partners(partners)
    if missing := [name for name in ("site_id", "partner") if name not in stated]:
        raise InputError(f"{partners}: lacks {', '.join(missing)}; it needs site_id and partner")
    strangers = [str(site) for site in dict.fromkeys(stated["site_id"]) if site not in listed.index]
    if strangers:
        raise InputError(
            f"partners: {counted(len(strangers), 'site')} not among those handed over "
            f"({first_few(strangers, 3)}); take the rows out, or mend site_id"
        )
    groups = stated.dropna(subset=["partner"]).groupby("partner")["site_id"]
    return {str(name): gpd.GeoDataFrame(listed[listed.index.isin(list(ids))]) for name, ids in groups}


def _read_partners(path: Path | str) -> pd.DataFrame:
    """Read who of the partners gets which sites: a CSV or workbook with ``site_id`` and ``partner``."""
    file = as_path(path, name="partners", what="a file")
    wanted = "site_id and partner"
    table = read_table(file, score=lambda cells: float(sum(cell.casefold() in wanted for cell in cells)), wanted=wanted)
    frame = pd.DataFrame(table.rows, columns=[cell.strip().casefold() for cell in table.header])
    return frame.replace("", None).dropna(how="all")


def write_hand_over(
    source: Finished,
    listed: gpd.GeoDataFrame,
    folder: Path,
    audience: Audience,
    *,
    part: str = "",
) -> None:
    """Write the files of one package: GeoPackage, table, workbook, page, map and record, with what its audience sees.

    Parameters
    ----------
    source
        The run.
    listed
        The sites of the package.
    folder
        The folder to fill.
    audience
        Who sees it.
    part
        The name of the part, where the run is cut.
    """
    from siteprior.pipeline.manifest import run_info
    from siteprior.report.geopackage.qgis_project import write_project
    from siteprior.report.geopackage.write import write_geopackage
    from siteprior.report.html.hand_over import write_hand_over_page
    from siteprior.report.tables import write_csv, write_run_record
    from siteprior.report.workbook.shortlist import write_shortlist_workbook

    record = audience_record(source.record, audience, listed)
    record = record | ({"title": f"{record['title']}: {part}", "part": part} if part else {})
    illustrative = bool(record.get("illustrative"))
    gis = str(source.record.get("settings", {}).get("publish", {}).get("gis", "qgis"))
    name = "sites" if audience.name == PUBLIC else "shortlist"
    sites = _for_audience(listed, source, audience)
    layers = {name: sites, **{
        layer: visible(getattr(source, layer), layer, audience) for layer in ("corridors", "stops", "areas")
    }}  # fmt: skip
    write_geopackage(
        folder / f"{name}.gpkg",
        layers,
        {"run_info": run_info(record)},
        as_of=date.fromisoformat(str(record["as_of"])[:10]),
        metadata=record,
        illustrative=illustrative,
        about={name: f"{audience.title}. {audience.line}"},
        gis=gis,
    )
    if gis == "qgis":
        write_project(folder, title=str(record["title"]))
    write_csv(folder / f"{name}.csv", sites.drop(columns=sites.active_geometry_name), byte_order_mark=True)
    dossiers = _copy_dossiers(source, folder, listed) if audience.name == INTERNAL else {}
    write_shortlist_workbook(
        folder / f"{name}.xlsx", record=record, audience=audience, shortlist=pd.DataFrame(sites), dossiers=dossiers
    )
    picture = _map(sites, layers, record)
    (folder / "pictures").mkdir(exist_ok=True)
    (folder / "pictures" / "map.png").write_bytes(picture)
    write_hand_over_page(
        folder / "report.html", record=record, audience=audience, sites=sites, picture=picture, dossiers=dossiers
    )
    write_run_record(folder / "run.json", record)


def _for_audience(listed: gpd.GeoDataFrame, source: Finished, audience: Audience) -> gpd.GeoDataFrame:
    """Return the sites with the columns the audience sees; for all but the team as registered, in the order of ids."""
    if audience.name == INTERNAL:
        return listed
    decided = as_registered(listed, source.decisions)
    return visible(gpd.GeoDataFrame(decided.sort_index()), "sites", audience)


def _copy_dossiers(source: Finished, folder: Path, listed: pd.DataFrame) -> dict[str, str]:
    """Copy the dossiers of the sites listed, those there are, and return where each stands in the package."""
    if not isinstance(source, Run):
        return {}
    of_run, files = source.folder, dossier_files(source.shortlist.index)
    chosen = {site: path for site, path in files.items() if site in listed.index and (of_run / path).is_file()}
    for path in chosen.values():
        for file in (of_run / path, (of_run / path).with_suffix(".pdf")):
            if file.is_file():
                (folder / DOSSIERS).mkdir(exist_ok=True)
                (folder / DOSSIERS / file.name).write_bytes(file.read_bytes())
    return chosen


def _map(sites: gpd.GeoDataFrame, layers: Mapping[str, gpd.GeoDataFrame], record: Mapping[str, Any]) -> bytes:
    """Draw the sites of a package as dots, no one before another; with their ranks where they have any."""
    from siteprior.report.maps.overview import draw_map

    ranked = "rank" in sites
    dots = sites if "eligible" in sites else sites.assign(eligible="yes")
    return draw_map(
        gpd.GeoDataFrame(dots),
        gpd.GeoDataFrame(sites if ranked else sites.head(0).assign(rank=pd.Series(dtype="Int64"))),
        layers["corridors"],
        layers["stops"],
        layers["areas"],
        title=str(record["title"]),
        attribution=" ".join(record.get("attribution", ())),
        illustrative=bool(record.get("illustrative")),
        listed=not ranked,
    )
