"""What a declared column and a declared table are, and what is registered beside the declarations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from siteprior.core.errors import SitePriorError, unknown
from siteprior.core.short_repr import counted, html_table, shortened

CRS = "EPSG:27700"
"""British National Grid, metres: the one coordinate system of every table with places."""

CONTRIBUTION = "c_"
"""Begins the name of each column with what a criterion contributes to the score: ``c_<criterion>``."""

DTYPES = {"text": "str", "flag": "str", "number": "float64", "integer": "Int64", "date": "datetime64[s]"}
"""The kinds of column, and the dtype each has in a conformed table."""

BOOLEAN = "boolean"
"""How a flag that is never blank is stored where files know truth values (GeoPackage, parquet); CSV has yes and no."""

CONSTRAINTS = "Constraints"
"""The group of columns with what lies on the land: landfill, flood zones, green belt and their like."""

SITEPRIOR = "siteprior"
"""The source of a column that is siteprior's own."""

REGISTERED_COLUMNS: dict[str, dict[str, Column]] = {}
"""Columns registered beside the declared ones, by table and name; :func:`siteprior.core.schema.extend` adds to it."""

REGISTERED_VALUES: dict[str, tuple[str, ...]] = {}
"""Allowed values registered beside the declared ones; :func:`siteprior.core.schema.extend_values` adds to it."""


class SchemaError(SitePriorError, ValueError):
    """A declaration of columns, or a registration of further ones, contradicts itself or another.

    Examples
    --------
    >>> import siteprior as sp
    >>> try:
    ...     sp.schema.extend_values("no such list", ("value",))
    ... except sp.schema.SchemaError as error:
    ...     "no such list" in str(error)
    True
    """


@dataclass(frozen=True)
class Column:
    """One declared column: ``name`` in tables, ``label`` for readers, and what it means in which unit.

    ``allowed`` are the only values it may hold beside missing; ``value_list`` names the list of ``values.toml`` they
    are, where they are one of these. ``least`` is what no number of it is below, where there is such a number.
    ``stored`` is ``boolean`` for a flag that files with truth values hold as one; in tables it is ``yes`` or ``no``.
    ``group`` is the heading under which records and forms list a registered column, where there is one.

    Examples
    --------
    >>> import siteprior as sp
    >>> column = next(column for column in sp.schema.SITES.columns if column.name == "hectares")
    >>> column.kind, column.unit
    ('number', 'ha')
    """

    name: str
    kind: str
    label: str
    meaning: str
    unit: str = ""
    source: str = SITEPRIOR
    allowed: tuple[str, ...] = ()
    value_list: str = ""
    least: float | None = None
    stored: str = ""
    group: str = ""


@dataclass(frozen=True)
class Table:
    """A declared table: its index, whether it has places, its columns in order, and what a row is.

    ``csv`` is the name, without ending, under which a run writes it; blank where it writes none. ``key`` is what the
    index means, where that is declared. ``drawn_as`` says what its places are: ``points``, ``lines`` or ``polygons``.

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.schema.STOPS.index, sp.schema.STOPS.geometry, sp.schema.STOPS.names[:3]
    ('atco_code', True, ['stop_name', 'mode', 'state'])
    """

    name: str
    index: str
    geometry: bool
    declared: tuple[Column, ...]
    about: str = ""
    csv: str = ""
    key: Column | None = None
    drawn_as: str = ""

    def __repr__(self) -> str:
        """Say which table it is, and how many columns it has."""
        about = f"; {self.about}" if self.about else ""
        return shortened(f"Table {self.name}: index {self.index}, {counted(len(self.columns), 'column')}{about}")

    def _repr_html_(self) -> str:
        """Show the columns with unit and meaning in a notebook."""
        rows = {column.name: f"{column.meaning} ({column.unit or column.kind})" for column in self.columns}
        return html_table(repr(self), ("column", "meaning and unit"), rows)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The declared columns in order, then the registered ones; geometry left out."""
        return (
            *(_with_registered_values(column) for column in self.declared),
            *REGISTERED_COLUMNS.get(self.name, {}).values(),
        )

    @property
    def names(self) -> list[str]:
        """The column names in that order."""
        return [column.name for column in self.columns]

    def without_places(self) -> Table:
        """Return the same table without places: its rows are checked, no coordinate system is asked for."""
        return replace(self, geometry=False)


def register_columns(table: Table, columns: Iterable[Column]) -> None:
    """Add columns to a table, all of them or, where one is refused, none."""
    present = {column.name: column for column in table.columns}
    labels = {column.label: column.name for column in table.columns}
    faults, new = [], {}
    for column in columns:
        where = f"table '{table.name}': column '{column.name}'"
        if present.get(column.name) == column:
            continue  # the same registration again, as when a module is loaded twice
        if column.name in present:
            faults.append(f"{where} is declared already, and differently; choose another name")
        elif column.label in labels:
            faults.append(f"{where} has the label '{column.label}' of '{labels[column.label]}'; labels are unique")
        if column.kind not in DTYPES:
            faults.append(unknown("kind", column.kind, DTYPES, where=where))
        faults += [f"{where} lacks its {part}" for part in ("label", "meaning") if not getattr(column, part)]
        if column.kind in ("number", "integer") and not column.unit:
            faults.append(f"{where} lacks its unit; a ratio has one too, such as 0–1 or ratio")
        new[column.name] = present[column.name] = column
        labels[column.label] = column.name
    if faults:
        raise SchemaError(*faults)
    if new:
        REGISTERED_COLUMNS[table.name] = REGISTERED_COLUMNS.get(table.name, {}) | new


def _with_registered_values(column: Column) -> Column:
    """Return a column whose allowed values include those registered for its list."""
    more = REGISTERED_VALUES.get(column.value_list)
    return replace(column, allowed=(*column.allowed, *more)) if more else column
