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
from siteprior.pipeline.package_folders import own_files, remove_empty, write_manifest
from siteprior.pipeline.result import Result
from siteprior.pipeline.whole_files import WHOLE, without_whole
from siteprior.registers.decisions import override_words
from siteprior.report.audience import (
    AUDIENCES,
    INTERNAL,
    PARTNER,
    PUBLIC,
    Audience,
    as_registered,
    audience_of,
    audience_record,
    line_with_title,
    visible,
)
from siteprior.report.file_names import DOSSIERS, dossier_files, file_names
from siteprior.report.geopackage.gis import GIS

Cut = Literal["council", "corridor", "ownership", "partner"]

CUTS: Mapping[str, str] = {
    "council": "organisation_name", "corridor": "corridor", "ownership": "ownership_status", "partner": "partner",
}  # fmt: skip
"""The cuts, and the column each is made by."""

NOT_STATED = "not stated"
"""The name of the part of sites whose column is blank."""

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
    gis: str | None = None,
) -> tuple[Package, ...]:
    """Write what may leave the team of a finished run: one folder, or one per part of a cut (hectares, metres).

    Parameters
    ----------
    run
        The folder of an internal run; the newest in ``outputs`` when ``None``.
    audience
        ``internal``, ``partner`` (the shortlist by id) or ``public`` (all sites by id); docs/how-to/hand-over.md.
    out, gis
        The folder to write, in the place of earlier packages; ``qgis``, ``arcgis`` or ``mapinfo``, else as the run.
    by, partners
        ``council``, ``corridor``, ``ownership``, or ``partner`` with a file of ``site_id`` and ``partner``.

    Returns
    -------
    tuple of Package

    Raises
    ------
    InputError, OutputError
        When the run is not the team's own, an argument is unknown, or a folder cannot be used.

    Examples
    --------
    >>> import siteprior as sp
    >>> folder = sp.demo(out="outputs/demo")
    >>> made = sp.hand_over(folder, audience="partner", by="council", out="outputs/partners")
    >>> made[0].part, made[0].sites
    ('Birmingham', 12)
    """
    faults = [f"audience: {unknown('audience', str(audience), AUDIENCES)}"] if audience not in AUDIENCES else []
    if by is not None and by not in CUTS:
        faults.append(f"by: {unknown('cut', str(by), CUTS)}")
    elif (by == "partner") != (partners is not None):
        faults.append("partners: needs site_id and partner, and goes with by='partner' alone")
    if gis is not None and gis not in GIS:
        faults.append(f"gis: {unknown('gis', str(gis), GIS)}")
    if faults:
        raise InputError(*faults)
    opened, asked = open_run(run), audience_of(audience)
    folder = as_path(out, name="out", what="a folder")
    listed = listed_for(opened, asked)
    if by == "corridor" and opened.corridors.empty:
        raise InputError(
            "by: the run has no corridors to cut by; cut by council, ownership or partner, or state corridors in the "
            "project and run again"
        )
    _refuse_unknown_originals(opened, asked)
    if by is None:
        own = own_files(folder, (), run=opened.folder)
        with whole_folder(folder, own=own) as staged:
            write_hand_over(opened, listed, staged, asked, gis=gis)
        remove_empty(folder, own)
        return (Package("", asked.name, folder, len(listed)),)
    cut = listed if asked.name == INTERNAL else as_registered(listed, opened.decisions)
    parts = {part: listed.loc[sites] for part, sites in _parts(cut, by, partners).items()}
    names = dict(sorted(file_names(parts).items()))
    own = own_files(folder, names.values(), run=opened.folder)
    with whole_folder(folder, own=own) as staged:
        for part, name in names.items():
            (staged / name).mkdir()
            write_hand_over(opened, parts[part], staged / name, asked, part=part, gis=gis)
        write_manifest(staged, {"audience": asked.name, "by": by, "as_of": str(opened.record["as_of"])[:10]}, names)
    remove_empty(folder, own)
    return tuple(Package(part, asked.name, folder / name, len(parts[part])) for part, name in names.items())


def listed_for(source: Finished, audience: Audience) -> gpd.GeoDataFrame:
    """Return the sites an audience is given: every site considered for the public, else the shortlist."""
    return source.sites if audience.name == PUBLIC else source.shortlist


def _refuse_unknown_originals(source: Run, audience: Audience) -> None:
    """Refuse a run whose overridden facts cannot all be put back: they are the team's own."""
    if audience.name == INTERNAL or "overrides" not in source.sites:
        return
    applied = source.decisions[source.decisions["applied"] == "yes"]
    known = set(zip(applied["site_id"].astype("str"), applied["field"], strict=True))
    lacking = sorted({site for site, _ in override_words(source.sites["overrides"]).keys() - known})
    if lacking:
        raise InputError(
            f"{source.folder}: the team has overridden facts of {counted(len(lacking), 'site')} "
            f"({first_few(lacking, 3)}), and the row of decisions.csv with what stood there before is missing; "
            "run again, then hand over"
        )


def _parts(cut: pd.DataFrame, by: str, partners: Path | str | None) -> dict[str, pd.Index]:
    """Return the sites of each part by its name; a site may be of several partners, and of one part else.

    ``cut`` has the facts its audience sees: the folder a site lies in says no more than its row.
    """
    if by != "partner" or partners is None:
        names = cut[CUTS[by]].astype("object").fillna(NOT_STATED)
        return {str(name): cut.index[names == name] for name in dict.fromkeys(names)}
    stated = _read_partners(partners)
    if missing := [name for name in ("site_id", "partner") if name not in stated]:
        raise InputError(f"{partners}: lacks {', '.join(missing)}; it needs site_id and partner")
    strangers = [str(site) for site in dict.fromkeys(stated["site_id"]) if site not in cut.index]
    if strangers:
        raise InputError(
            f"partners: {counted(len(strangers), 'site')} not among those handed over "
            f"({first_few(strangers, 3)}); take the rows out, or mend site_id"
        )
    groups = stated.dropna(subset=["partner"]).groupby("partner")["site_id"]
    return {str(name): cut.index[cut.index.isin(list(ids))] for name, ids in groups}


def _read_partners(path: Path | str) -> pd.DataFrame:
    """Read who of the partners gets which sites: a CSV or workbook with ``site_id`` and ``partner``."""
    file = as_path(path, name="partners", what="a file")
    wanted = "site_id and partner"
    table = read_table(file, score=lambda cells: float(sum(cell.casefold() in wanted for cell in cells)), wanted=wanted)
    rows = [[" ".join(cell.split()) for cell in row] for row in table.rows]
    frame = pd.DataFrame(rows, columns=[cell.strip().casefold() for cell in table.header])
    return frame.replace("", None).dropna(how="all")


def write_hand_over(
    source: Finished,
    listed: gpd.GeoDataFrame,
    folder: Path,
    audience: Audience,
    *,
    part: str = "",
    gis: str | None = None,
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
    gis
        The program its GeoPackage is for; as the run was made when ``None``.
    """
    from siteprior.pipeline.manifest import run_info
    from siteprior.report.geopackage.qgis_project import write_project
    from siteprior.report.geopackage.write import write_geopackage
    from siteprior.report.html.hand_over import write_hand_over_page
    from siteprior.report.tables import write_csv, write_run_record
    from siteprior.report.workbook.shortlist import write_shortlist_workbook

    record = audience_record(without_whole(source.record), audience, listed, files=_files(source, listed))
    record = record | ({"title": f"{record['title']}: {part}", "part": part} if part else {})
    illustrative = bool(record.get("illustrative"))
    gis = gis or str(source.record.get("settings", {}).get("publish", {}).get("gis", "qgis"))
    name = "sites" if audience.name == PUBLIC else "shortlist"
    sites = _for_audience(listed, source, audience)
    if illustrative and "illustrative" not in sites:  # a run that is still open marks its tables as it writes them
        sites.insert(list(sites).index(sites.active_geometry_name), "illustrative", "yes")
    near, about = _near(source, listed)
    layers = {name: sites, **{layer: visible(shown, layer, audience) for layer, shown in near.items()}}
    write_geopackage(
        folder / f"{name}.gpkg",
        layers,
        {"run_info": run_info(record)},
        as_of=date.fromisoformat(str(record["as_of"])[:10]),
        metadata=record,
        illustrative=illustrative,
        about={name: line_with_title(audience), **about},
        gis=gis,
    )
    if gis == "qgis":
        write_project(folder, title=str(record["title"]))
    dossiers = _dossiers(source, folder, listed, sites, layers, audience, record)
    table = sites.drop(columns=sites.active_geometry_name)
    if audience.name == PARTNER:
        table = table.assign(dossier=pd.Series(dossiers, dtype="str").reindex(table.index))
    write_csv(folder / f"{name}.csv", table, byte_order_mark=True)
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


def _near(source: Finished, listed: gpd.GeoDataFrame) -> tuple[dict[str, gpd.GeoDataFrame], dict[str, str]]:
    """Return corridors, stops and areas; of a large layer what is near the sites, and what it says of itself."""
    from siteprior.report.geopackage.geoparquet import whole_layer
    from siteprior.report.geopackage.near_shortlist import near_shortlist, near_words

    layers, about = {"corridors": source.corridors, "stops": source.stops, "areas": source.areas}, dict[str, str]()
    for name, layer in layers.items():
        if whole_layer(name) in source.record.get(WHOLE, ()):
            layers[name] = near_shortlist(layer, listed)
            about[name] = near_words(name, len(layers[name]), len(layer), listed="these sites", whole="the run")
    return layers, about


def _for_audience(listed: gpd.GeoDataFrame, source: Finished, audience: Audience) -> gpd.GeoDataFrame:
    """Return the sites with the columns the audience sees; for all but the team as registered, in the order of ids."""
    if audience.name == INTERNAL:
        return listed
    decided = as_registered(listed, source.decisions)
    return visible(gpd.GeoDataFrame(decided.sort_index()), "sites", audience)


def _files(source: Finished, listed: pd.DataFrame) -> set[str] | None:
    """Return the registers and lists that some sites stand in or stood in; ``None`` where that is not known."""
    if "file" not in listed:
        return None
    history = source.history
    older = history.loc[history["site_id"].isin(listed.index), "file"] if len(history) else pd.Series(dtype="str")
    return {str(name) for name in (*listed["file"].dropna(), *older.dropna())}


def _dossiers(
    source: Finished,
    folder: Path,
    listed: pd.DataFrame,
    sites: gpd.GeoDataFrame,
    layers: Mapping[str, gpd.GeoDataFrame],
    audience: Audience,
    record: Mapping[str, Any],
) -> dict[str, str]:
    """Write the dossiers of a package as far as its audience sees any, and return where each stands in it."""
    from siteprior.pipeline.partner_dossiers import write_partner_dossiers

    if audience.name == INTERNAL:
        return _copy_dossiers(source, folder, listed)
    if audience.name == PARTNER and len(sites):
        return write_partner_dossiers(source, folder, sites, layers, audience, record)
    return {}


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
        near=True,
    )
