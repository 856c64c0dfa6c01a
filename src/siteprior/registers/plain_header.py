"""The map of columns of the user's own sites where the file's own header is plain: no map has to be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from siteprior.core.errors import InputError
from siteprior.core.io.messy_tables import read_table
from siteprior.core.io.vector_files import vector_columns
from siteprior.core.issues import IssueLog, Reading
from siteprior.project.own_columns import FIELDS, OTHER_NAMES, PAIRS
from siteprior.registers.column_names import header_key, match_headers
from siteprior.registers.own_files import is_tabular

DOUBTFUL = frozenset({"area", "title", "uri"})
"""Headers that registers use for hectares, a name and a council, and other lists for something else."""


def plain_columns(path: Path | str, *, layer: str | None = None, file: str | None = None) -> Reading[Mapping[str, str]]:
    r"""Find which columns of a file of one's own sites are siteprior's, by what they are called.

    A header counts when it bears the name of a column siteprior knows, or one that brownfield registers give it
    (``Site Ref``, ``Lat``, ``Area (ha)``); blanks, capitals and underscores do not matter.

    Parameters
    ----------
    path
        A CSV, a workbook or any vector file.
    layer
        The layer, or the sheet of a workbook, where the file holds several.
    file
        What the file is called in messages and issues; its path when ``None``.

    Returns
    -------
    Reading
        ``table`` is the map for :func:`siteprior.registers.own_sites.read_own_sites`: siteprior's column → the file's.
        One issue says how the columns were read.

    Raises
    ------
    InputError
        When nothing in the header names the sites, or places them; with the columns there are and a map to write.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "mine.csv"
    >>> _ = path.write_text("Ref,Lat,Lon,Homes\nA,52.5,-1.9,12\n")
    >>> plain_columns(path).table
    {'reference': 'Ref', 'minimum_net_dwellings': 'Homes', 'longitude': 'Lon', 'latitude': 'Lat'}
    """
    name, placed = file or str(path), False
    if is_tabular(path):
        header: Sequence[str] = read_table(path, score=_header_score, wanted="a header", sheet=layer).header
    else:
        header, placed = vector_columns(path, layer=layer), True
    columns = plain_names(header)
    lacking = []
    if not {"reference", "site_name"} & set(columns):
        lacking.append("what the sites are called (reference or site_name)")
    if not placed and not any(set(pair) <= set(columns) for pair in PAIRS):
        lacking.append("where they lie (easting and northing, or longitude and latitude)")
    if lacking:
        first = header[0] if header else "…"
        write = f'own_sites = [{{path = "{name}", columns = {{reference = "{first}", easting = "…", northing = "…"}}}}]'
        raise InputError(
            f"{name}: no column says by its name {' or '.join(lacking)}; it has {', '.join(header)}. "
            f"Say which is which: {write}"
        )
    log = IssueLog(name)
    read = ", ".join(f"{column} from '{source}'" for column, source in columns.items())
    log.add("default-value", field="columns", action=f"read by their names, for the project maps none: {read}")
    return Reading(columns, log.table(), ())


def plain_names(header: Sequence[str]) -> dict[str, str]:
    """Return siteprior's columns with the header that plainly names each, in the order they are declared."""
    keys = [header_key(cell) for cell in header]
    by_key = dict(reversed(list(zip(keys, header, strict=True))))
    of_registers = {
        match.field: match.header
        for match in reversed(match_headers(header).matches)
        if match.how == "declared variant" and header_key(match.header) not in DOUBTFUL
    }
    columns: dict[str, str] = {}
    for column, field in FIELDS.items():
        others = [header_key(other) for other, meant in OTHER_NAMES.items() if meant == column]
        named = next((by_key[key] for key in (header_key(column), *others) if key in by_key), None)
        found = named or (None if column == "organisation" else of_registers.get(field))
        if found is not None and found not in columns.values():
            columns[column] = found
    half = {name for pair in PAIRS if not set(pair) <= set(columns) for name in pair}
    return {column: source for column, source in columns.items() if column not in half}


def _header_score(cells: Sequence[str]) -> float:
    """Say how much a record looks like a header: by the columns it names, else by being all words."""
    words = [cell for cell in cells if cell.strip() and not cell.strip()[0].isdigit()]
    return len(plain_names(cells)) + (0.5 if len(words) == len(cells) else 0.0)
