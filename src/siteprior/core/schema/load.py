"""Reads the declarations: ``tables/*.toml``, ``values.toml`` and ``sources.toml``.

Each file of ``tables`` declares one table or a group of columns that tables share. A table says on top its name
(``table``), ``index`` (blank without one) and where a GeoPackage shows it ``index_label``, ``index_meaning`` and
``index_source``, whether it has places (``geometry``) and what they are (``drawn_as``: points, lines or polygons),
what a row is (``about``), and the file a run writes it to, without ending, where it does (``csv``).

A section is a column: ``kind``, ``label`` and ``meaning``; ``unit``, ``allowed`` (a list of ``values.toml``), ``least``
(what no number of it is below), ``source`` (a name of ``sources.toml``) and ``stored`` (``boolean``: a flag that is
never blank, and a truth value in files that know such) where there is one. A column that is declared elsewhere says
where (``as_in = "sales"``), and a section may stand for all columns of other files (``all_of = ["site_shape"]``). Where
``[each]`` stands, the columns stand once for each of its entries, ``{key}`` and ``{title}`` filled in.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TypeAlias

from siteprior.core.errors import unknown
from siteprior.core.schema.model import BOOLEAN, DTYPES, SITEPRIOR, Column, SchemaError, Table

TableText: TypeAlias = "str | bool | Mapping[str, str | list[str]]"

HEAD = ("table", "index", "geometry", "about")
FACTS = ("kind", "unit", "label", "meaning", "allowed", "least", "source", "stored")
REFERENCES = ("as_in", "all_of")
FLAG_VALUES = "yes or no"
STORED = (BOOLEAN,)


@dataclass(frozen=True)
class Declarations:
    """All declarations as they stand in the files, and the columns and tables that come of them.

    Parameters
    ----------
    files
        Name of a file of ``tables``, without its ending → what stands in it.
    values
        Name of a list → the values a column of that list may hold.
    sources
        Name of a source → its title.
    """

    files: Mapping[str, Mapping[str, TableText]]
    values: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, str]
    _columns: dict[str, tuple[Column, ...]] = field(default_factory=dict, repr=False)

    def table(self, file: str) -> Table:
        """Return the table a file declares.

        Raises
        ------
        SchemaError
            When the file is missing, declares no table, or a declaration in it is wrong.
        """
        head = self._file(file)
        lacking = [part for part in HEAD if part not in head]
        if lacking:
            raise SchemaError(f"tables/{file}.toml: declares no table; lacks {', '.join(lacking)}")
        name, index, geometry, about = (head[part] for part in HEAD)
        key = None
        if "index_label" in head:
            label, meaning = str(head["index_label"]), str(head.get("index_meaning", ""))
            key = Column(str(index), "text", label, meaning, source=str(head.get("index_source", SITEPRIOR)))
        return Table(
            str(name), str(index), geometry is True, self.columns(file), str(about), str(head.get("csv", "")), key,
            str(head.get("drawn_as", "")),
        )  # fmt: skip

    def columns(self, file: str) -> tuple[Column, ...]:
        """Return the columns of a file in order, those it refers to included."""
        if file not in self._columns:
            sections = {name: entry for name, entry in self._file(file).items() if isinstance(entry, Mapping)}
            sections.pop("each", None)
            columns = [column for name, entry in sections.items() for column in self._section(file, name, entry)]
            if each := self.each(file):
                columns = [_filled(column, key, title) for key, title in each.items() for column in columns]
            twice = [name for name, count in Counter(column.name for column in columns).items() if count > 1]
            if twice:
                raise SchemaError(f"tables/{file}.toml: declares {', '.join(twice)} more than once")
            self._columns[file] = tuple(columns)
        return self._columns[file]

    def each(self, file: str) -> dict[str, str]:
        """Return the entries the columns of a file stand once for: key → title; empty where there are none."""
        entries = self._file(file).get("each", {})
        return {key: str(title) for key, title in entries.items()} if isinstance(entries, Mapping) else {}

    def _file(self, file: str) -> Mapping[str, TableText]:
        if file not in self.files:
            raise SchemaError(unknown("file of columns", file, self.files, where="core/schema/tables"))
        return self.files[file]

    def _section(self, file: str, name: str, entry: Mapping[str, str | list[str]]) -> tuple[Column, ...]:
        """Return the columns one section stands for: its own, one declared elsewhere, or all of other files."""
        where = f"tables/{file}.toml, [{name}]"
        if "all_of" in entry:
            return tuple(column for other in entry["all_of"] for column in self.columns(other))
        if "as_in" in entry:
            same = [column for column in self.columns(str(entry["as_in"])) if column.name == name]
            if not same:
                raise SchemaError(f"{where}: tables/{entry['as_in']}.toml has no column of that name")
            return tuple(same)
        faults = [unknown("key", key, (*FACTS, *REFERENCES), where=where) for key in entry if key not in FACTS]
        faults += [f"{where}: lacks its {key}" for key in ("kind", "label", "meaning") if not entry.get(key)]
        text = {key: str(value) for key, value in entry.items()}
        kind = text.get("kind", "")
        values = FLAG_VALUES if kind == "flag" else text.get("allowed", "")
        for what, given, valid in (
            ("kind", kind, DTYPES),
            ("list of values", values, self.values),
            ("source", text.get("source", ""), self.sources),
            ("kind of storage", text.get("stored", ""), STORED if kind == "flag" else ()),
        ):
            if given and given not in valid:
                faults.append(unknown(what, given, valid, where=where))
        if faults:
            raise SchemaError(*faults)
        return (
            Column(
                name,
                kind,
                text["label"],
                text["meaning"],
                text.get("unit", ""),
                self.sources[text["source"]] if "source" in text else SITEPRIOR,
                self.values[values] if values else (),
                values,
                float(text["least"]) if "least" in text else None,
                text.get("stored", ""),
            ),
        )


@cache
def load_declarations() -> Declarations:
    """Read the files that come with siteprior, once per process."""
    folder = resources.files("siteprior").joinpath("core", "schema")
    tables = sorted((entry for entry in folder.joinpath("tables").iterdir()), key=lambda entry: entry.name)
    values = tomllib.loads(folder.joinpath("values.toml").read_text(encoding="utf-8"))
    return Declarations(
        {entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text(encoding="utf-8")) for entry in tables},
        MappingProxyType({name: tuple(listed) for name, listed in values.items()}),
        MappingProxyType(tomllib.loads(folder.joinpath("sources.toml").read_text(encoding="utf-8"))),
    )


def _filled(column: Column, key: str, title: str) -> Column:
    """Return a column with ``{key}`` and ``{title}`` filled in."""
    name, label, meaning = (
        text.replace("{key}", key).replace("{title}", title) for text in (column.name, column.label, column.meaning)
    )
    return replace(column, name=name, label=label, meaning=meaning)
