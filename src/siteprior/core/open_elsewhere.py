"""Files that another program has open: which program that is likely to be, and how a GeoPackage shows it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from siteprior.core.errors import OutputError

_PROGRAMS = {
    ".gpkg": "QGIS, ArcGIS or MapInfo",
    ".qgz": "QGIS",
    ".tif": "QGIS, ArcGIS or MapInfo",
    ".csv": "Excel",
    ".xlsx": "Excel",
    ".html": "a browser",
    ".pdf": "a PDF reader",
    ".parquet": "Python, R or DuckDB",
}


def programs_for(path: Path | str) -> str:
    """Name the programs that open such a file, by the end of its name.

    Examples
    --------
    >>> programs_for("out/shortlist.gpkg"), programs_for("ranking.csv")
    ('QGIS, ArcGIS or MapInfo', 'Excel')
    """
    return _PROGRAMS.get(Path(path).suffix.lower(), "QGIS, Excel")


def refuse_open_elsewhere(targets: Iterable[Path]) -> None:
    """Refuse to replace a GeoPackage that another program has open, or left when it was in the midst of writing.

    SQLite keeps beside it what is not yet written into it (``-wal``, ``-shm``, ``-journal``). Were the GeoPackage
    replaced, the next program to open it would write that into the new one, which it does not belong to.

    Raises
    ------
    OutputError
        Naming every file such a one stands beside.

    Examples
    --------
    >>> refuse_open_elsewhere([Path("gone/shortlist.gpkg")])
    """
    faults = []
    for target in targets:
        ends = ("-wal", "-shm", "-journal") if target.suffix.lower() == ".gpkg" else ()
        beside = [name for end in ends if (name := target.with_name(target.name + end)).exists()]
        if beside:
            names = ", ".join(name.name for name in beside)
            faults.append(
                f"{target}: the file is open in another program ({programs_for(target)}?), for {names} stands beside "
                f"it; close it there and run again. If no program has it open, delete {names}: it holds edits that "
                "were never saved. The earlier file is untouched"
            )
    if faults:
        raise OutputError(*faults)
