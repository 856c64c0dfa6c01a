"""``datapackage.json``: the CSV and Parquet tables of a run's folder described in the Frictionless Data standard.

Any program that knows the standard (frictionless, pandera, R's frictionless, Open Data Editor) reads the tables with
their types, titles, units and allowed values, and checks them. Specification: Tabular Data Package and Table Schema,
version 1 (specs.frictionlessdata.io). ``unit`` and ``source`` of a field are properties of siteprior's own, which the
standard allows and programs pass over.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from siteprior.core.files import Input, write_text
from siteprior.core.schema.declared import CSV_TABLES, SITE_ID, SITE_PRICE_COLUMNS, SITE_VALUE_COLUMNS
from siteprior.core.schema.model import SITEPRIOR, Column, Table

Json: TypeAlias = "str | bool | int | list[Json] | dict[str, Json]"

FILE = "datapackage.json"
TYPES = {"text": "string", "flag": "boolean", "number": "number", "integer": "integer", "date": "date"}
"""Type of Table Schema for each kind of column."""

ILLUSTRATIVE = Column("illustrative", "flag", "Illustrative", "Whether the row is invented sample data")
ILLUSTRATIVE_NOTE = "Illustrative data – not real sites."


def datapackage(
    folder: Path | str,
    *,
    title: str,
    illustrative: bool = False,
    inputs: Iterable[Input | Mapping[str, object]] = (),
    columns: Iterable[Column] = (),
) -> dict[str, Json]:
    """Describe the tables of a run's folder as a Frictionless Tabular Data Package.

    The description follows from the declared tables and the header of each file alone: the same run gives the
    same description, and no clock is read. With a Parquet file it is a Data Package, for the tabular one has CSV alone.

    Parameters
    ----------
    folder
        Folder of a run; each ``*.csv`` and ``*.parquet`` in it becomes a resource, by name.
    title
        Title of the run.
    illustrative
        Whether the data are invented; the description then says so.
    inputs
        What the run has read (``run.json``'s ``inputs``): their publishers, licences and attributions become the
        package's sources.
    columns
        Columns declared for this run alone: contributions of criteria, layers of the user's own.

    Returns
    -------
    dict
        The content of ``datapackage.json``. A column nobody declared has the type ``any``.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "comparables.csv").write_text("comparable,price_gbp")
    >>> [resource] = datapackage(folder, title="Two towns")["resources"]
    >>> [(field["name"], field["type"]) for field in resource["schema"]["fields"]]
    [('comparable', 'string'), ('price_gbp', 'number')]
    """
    further = (*SITE_PRICE_COLUMNS, *SITE_VALUE_COLUMNS, *columns, ILLUSTRATIVE)
    resources: list[Json] = [_csv(path, further) for path in sorted(Path(folder).glob("*.csv"))]
    whole: list[Json] = [_parquet(path, further) for path in sorted(Path(folder).glob("*.parquet"))]
    described: dict[str, Json] = {
        "profile": "data-package" if whole else "tabular-data-package",
        "name": _name(title) or SITEPRIOR,
        "title": title,
        "description": f"Tables of a run of siteprior.{f' {ILLUSTRATIVE_NOTE}' if illustrative else ''}",
    }
    sources = _sources(inputs)
    return {**described, **({"sources": sources} if sources else {}), "resources": [*resources, *whole]}


def write_datapackage(
    folder: Path | str,
    *,
    title: str,
    illustrative: bool = False,
    inputs: Iterable[Input | Mapping[str, object]] = (),
    columns: Iterable[Column] = (),
) -> Path:
    """Write :func:`datapackage` as ``datapackage.json`` beside the tables, whole or not at all; return the path.

    Raises
    ------
    OutputError
        When the file is open elsewhere or the folder cannot be written.

    Examples
    --------
    >>> import siteprior as sp
    >>> import tempfile
    >>> sp.schema.write_datapackage(tempfile.mkdtemp(), title="No table yet").name
    'datapackage.json'
    """
    described = datapackage(folder, title=title, illustrative=illustrative, inputs=inputs, columns=columns)
    return write_text(Path(folder) / FILE, json.dumps(described, indent=2, ensure_ascii=False) + "\n")


def _csv(path: Path, further: Sequence[Column]) -> dict[str, Json]:
    """Describe one CSV file: where it is, what a row is, and its fields in the order of the file."""
    with path.open("rb") as start:
        encoding = "utf-8-sig" if start.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8 else "utf-8"
    with path.open(encoding=encoding, newline="") as lines:
        header = next(csv.reader(lines), [])
    title, about, fields, key = _table(path, header, further)
    whole = path.with_suffix(".parquet")
    if whole.is_file():
        about = f"{about} Here are those of the shortlist; {whole.name} has all.".strip()
    return {
        "profile": "tabular-data-resource",
        "name": _name(path.stem),
        "path": path.name,
        "title": title,
        **({"description": about} if about else {}),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": encoding,
        "schema": {"fields": fields, "missingValues": [""], **key},
    }


def _parquet(path: Path, further: Sequence[Column]) -> dict[str, Json]:
    """Describe one Parquet file as :func:`_csv` describes its CSV beside it; a truth value may be one in the file."""
    from pyarrow import parquet

    title, about, fields, key = _table(path, parquet.read_schema(path).names, further)
    return {
        "profile": "data-resource",
        "name": f"{_name(path.stem)}-all",
        "path": path.name,
        "title": f"{title}, all rows",
        **({"description": about} if about else {}),
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": {"fields": fields, **key},
    }


def _table(
    path: Path, header: Sequence[str], further: Sequence[Column]
) -> tuple[str, str, list[Json], dict[str, Json]]:
    """Return the title of a table, what it is about, the fields of its columns, and its key."""
    table = CSV_TABLES.get(path.stem, Table(path.stem.replace("_", " "), "", geometry=False, declared=()))
    columns = {column.name: column for column in (*further, *_key_columns(table), *table.columns)}
    fields: list[Json] = [_field(name, columns.get(name)) for name in header]
    key: dict[str, Json] = {"primaryKey": [table.index]} if table.index in header else {}
    return table.name[:1].upper() + table.name[1:], table.about, fields, key


def _field(name: str, column: Column | None) -> dict[str, Json]:
    """Describe one column as a field of Table Schema."""
    if column is None:
        return {"name": name, "type": "any"}
    field: dict[str, Json] = {
        "name": name,
        "type": TYPES[column.kind],
        "title": column.label,
        "description": column.meaning,
    }
    if column.unit:
        field["unit"] = column.unit
    if column.source != SITEPRIOR:
        field["source"] = column.source
    if column.kind == "flag":
        field |= {"trueValues": ["yes"], "falseValues": ["no"]}
    elif column.allowed:
        field["constraints"] = {"enum": list(column.allowed)}
    return field


def _key_columns(table: Table) -> tuple[Column, ...]:
    """Return the column a table's index becomes in its file."""
    if not table.index or table.index == SITE_ID.name:
        return (SITE_ID,) if table.index else ()
    title = table.index.replace("_", " ")
    return (Column(table.index, "text", title[:1].upper() + title[1:], "Key of the row"),)


def _sources(inputs: Iterable[Input | Mapping[str, object]]) -> list[Json]:
    """Return each origin of the inputs once: publisher, licence, attribution, as far as they are known."""
    sources: list[Json] = []
    for read in inputs:
        known = read if isinstance(read, Mapping) else vars(read)
        publisher = str(known["publisher"] or known["file"])
        facts = {key: str(known[key]) for key in ("licence", "attribution") if known[key]}
        source: dict[str, Json] = {"title": publisher, **facts}
        if source not in sources:
            sources.append(source)
    return sources


def _name(text: str) -> str:
    """Return a text as the standard asks of a name: lower-case letters, figures, hyphens and underscores."""
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")
