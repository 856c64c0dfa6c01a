"""Facts the user states of sites that registers list: former use, owners, who cleaned the land; one row per site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

import geopandas as gpd
import pandas as pd

from siteprior.core import schema
from siteprior.core.cell_values import CellValue
from siteprior.core.councils import known_councils
from siteprior.core.files import record
from siteprior.core.io.messy_tables import TextTable, read_table
from siteprior.core.io.parse_dates import read_dates
from siteprior.core.issues import IssueLog, Reading, concat_issues
from siteprior.core.named_paths import Names, Paths, named_paths, read_each
from siteprior.registers.column_names import Headers, header_key
from siteprior.registers.coordinates.locate import OWN_LISTS
from siteprior.registers.parse import parse_stated_facts
from siteprior.registers.rows import Rows, without_control_signs
from siteprior.registers.stated_header import header_score, known_columns
from siteprior.registers.stated_values import in_words, with_days

NAMES = ("site_id", "reference", "organisation")
"""The columns that say which site a row is of."""

FACTS = ("previous_use", "derelict_since", "owner_count", "parcel_count", "cleaned_by")
"""The facts that may be stated; what is blank states nothing."""

_KEYS: Mapping[str, str] = MappingProxyType({header_key(name): name for name in (*NAMES, *FACTS)})
_CODE = re.compile(r"[EWSN]\d{8}")


def read_site_facts(paths: Paths, *, files: Names | None = None) -> Reading[pd.DataFrame]:
    r"""Read what the user states of sites: a row per site, years and counts as numbers, days as dates.

    Parameters
    ----------
    paths
        One CSV or workbook, or several. Columns: ``site_id``, or ``reference`` with the council in ``organisation``
        (its ONS code or its name); and any of :data:`FACTS`. ``cleaned_by`` is ``owner`` or ``public``.
    files
        What each file is called in the issues; its path when not given.

    Returns
    -------
    Reading
        ``table`` has :data:`NAMES`, :data:`FACTS`, ``file`` and ``row``. Cells that cannot be read are blank, with an
        issue each.

    Raises
    ------
    InputError
        When a file cannot be read, or its header names no sites or no fact; of all files at once.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "facts.csv"
    >>> _ = path.write_text("reference,organisation,previous_use,cleaned_by\n2985,Sandwell,Sewage works,Owner\n")
    >>> read_site_facts(path).table[["organisation", "previous_use", "cleaned_by"]].values.tolist()
    [['E08000028', 'Sewage works', 'owner']]
    """
    read = read_each(named_paths(paths, files, what="site facts"), _read_one)
    return Reading(
        pd.concat([each.table for each in read], ignore_index=True),
        concat_issues(*(each.issues for each in read)),
        tuple(origin for each in read for origin in each.provenance),
    )


def state_facts(sites: gpd.GeoDataFrame, facts: pd.DataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the sites with the facts the user states of them, in the place of what their lists say.

    Parameters
    ----------
    sites
        :data:`siteprior.core.schema.REGISTER` rows on the index ``site_id``.
    facts
        From :func:`read_site_facts`.

    Returns
    -------
    tuple
        The sites, and an issue for every row that is of no site or of several, states a fact again otherwise, or
        takes the place of what a list says.

    Raises
    ------
    InputError
        When a table is not what it should be.

    Examples
    --------
    >>> rows = pd.DataFrame({"reference": ["7"], "organisation": "E1"}, index=pd.Index(["E1:7"], name="site_id"))
    >>> sites = schema.conform(gpd.GeoDataFrame(rows, geometry=[None], crs=27700), schema.REGISTER)
    >>> stated = pd.DataFrame({"site_id": ["E1:7"], "owner_count": [3], "file": "facts.csv", "row": 2})
    >>> state_facts(sites, stated.reindex(columns=[*NAMES, *FACTS, "file", "row"]))[0]["owner_count"].tolist()
    [3]
    """
    schema.check(sites, schema.REGISTER.without_places(), name="sites", needs=("reference", "organisation", *FACTS))
    facts = with_days(facts, "derelict_since")
    schema.check(facts, STATED, name="facts")
    log = IssueLog()
    stated: dict[str, dict[str, CellValue]] = {name: {} for name in FACTS}
    finder = _Finder(sites)
    columns = [*NAMES, *FACTS, "file", "row"]
    for values in facts[columns].astype(object).where(facts[columns].notna(), None).itertuples(index=False, name=None):
        row: dict[str, CellValue] = dict(zip(columns, values, strict=True))
        if (site := finder.site_of(row, log)) is not None:
            for name in FACTS:
                _take(row, name, site, stated[name], sites, log)
    done: gpd.GeoDataFrame = sites.copy()
    for name in FACTS:
        new = pd.Series(stated[name], dtype=object).reindex(sites.index)
        done[name] = schema.as_kind(new.where(new.notna(), sites[name].astype(object)), _KINDS[name], sites.index)
    return done, log.table()


STATED = schema.Table(
    "site facts", "", False,
    (
        schema.Column("site_id", "text", "Site", "The site a row is of, where it is named by its id"),
        *(column for column in schema.REGISTER.columns if column.name in (*NAMES[1:], *FACTS)),
        schema.Column("file", "text", "File", "The file as the project names it"),
        schema.Column("row", "integer", "Row", "Its record number, header included"),
    ),
)  # fmt: skip
"""What :func:`read_site_facts` returns."""


_KINDS = {column.name: column.kind for column in schema.REGISTER.columns}


def _take(
    row: Mapping[str, CellValue], name: str, site: str, stated: dict[str, CellValue], sites: pd.DataFrame, log: IssueLog
) -> None:
    """Take one fact of one site as stated, unless an earlier row stated another; log what it takes the place of."""
    value, before = row[name], sites[name][site]
    if value is None:
        return
    at = {"field": name, "value": in_words(value), "site_id": site, "file": str(row["file"])}
    number = int(str(row["row"]))
    if site in stated:
        if in_words(stated[site]) != in_words(value):
            first = in_words(stated[site])
            action = f"an earlier row states {first} of the same site, which stands"
            log.add("reference values are not unique", row=number, action=action, **at)
        return
    stated[site] = value
    if not pd.isna(before) and in_words(before) != in_words(value):
        log.add("patch", row=number, action=f"taken in the place of {in_words(before)}, which its list states", **at)


OF_NO_SITE = "left out, for it names no one site"
"""How the action of a row of facts begins that is of no site, or of several."""


class _Finder:
    """Finds the one site a row is of, by its id, or by its reference and the council that lists it."""

    def __init__(self, sites: pd.DataFrame) -> None:
        self.ids = frozenset(sites.index)
        self.listed: dict[str, list[tuple[str, str]]] = {}
        for site, reference, council in zip(sites.index, sites["reference"], sites["organisation"], strict=True):
            self.listed.setdefault(str(reference), []).append((site, str(council)))

    def site_of(self, row: Mapping[str, CellValue], log: IssueLog) -> str | None:
        """Return the site's id, or ``None`` with an issue that says why there is none."""
        site, reference, council = (None if row[name] is None else str(row[name]) for name in NAMES)
        if site is not None:
            found, named, by = [site] if site in self.ids else [], site, "site_id"
        else:
            every = self.listed.get(str(reference), [])
            found = [one for one, of in every if council in (None, of, one.partition(":")[0])]
            named, by = " of ".join(part for part in (reference, council) if part), "reference"
        if len(found) == 1:
            return found[0]
        kind = "reference values are not unique" if found else "unknown entity"
        action = (
            f"{OF_NO_SITE}: {len(found)} sites have it ({', '.join(found[:3])}); state site_id"
            if found
            else f"{OF_NO_SITE}: no site read has it"
        )
        log.add(kind, row=int(str(row["row"])), field=by, value=named, action=action, file=str(row["file"]))
        return None


def _read_one(path: Path, file: str) -> Reading[pd.DataFrame]:
    """Read one file."""
    log = IssueLog(file)
    rows = _rows_of(
        without_control_signs(read_table(path, score=partial(header_score, keys=_KEYS), wanted=_WANTED), log), file, log
    )
    facts = parse_stated_facts(rows, log)
    since = read_dates(rows.texts("derelict_since"), rows.numbers, field="derelict_since", log=log)
    read = {
        "site_id": [text or None for text in rows.texts("site_id")],
        "reference": [text or None for text in rows.texts("reference")],
        "organisation": _councils(rows, log),
        **facts,
        "derelict_since": since,
    }
    table = pd.DataFrame({name: read[name] for name in (*NAMES, *FACTS)}, dtype=object)
    table = table.assign(file=file, row=rows.numbers)
    named = table["site_id"].notna() | table["reference"].notna()
    for number in table.loc[~named, "row"]:
        log.add(
            "unknown entity - missing reference", row=int(number), action="left out: states no site_id or reference"
        )
    return Reading(table[named], log.table(), (record(path, role="site facts", file=file, rows=int(named.sum())),))


_WANTED = f"site_id or reference, and at least one of {', '.join(FACTS)}"


def _rows_of(table: TextTable, file: str, log: IssueLog) -> Rows:
    """Return the rows of a table by field; refuse a header that names no sites or no fact, report what is not read."""
    known = known_columns(
        table, _KEYS, log, file=file, wanted=_WANTED,
        enough=lambda names: bool({"site_id", "reference"} & set(names)) and bool(set(FACTS) & set(names)),
    )  # fmt: skip
    unread = [cell for position, cell in enumerate(table.header) if cell and position not in known.values()]
    if unread:
        action = f"not read; the columns known are {', '.join((*NAMES, *FACTS))}"
        log.add("patch", field="columns", value=", ".join(unread), action=action, severity="notice")
    filled = [place for place, cells in enumerate(table.rows) if any(cells)]
    fields = {
        name: [" ".join(table.rows[place][position].split()) for place in filled] for name, position in known.items()
    }
    numbers = [table.numbers[place] for place in filled]
    return Rows(fields, numbers, [""] * len(filled), Headers((), (), OWN_LISTS), table, len(filled))


def _councils(rows: Rows, log: IssueLog) -> list[str | None]:
    """Return the code of the council each row states, by code or name; a council nobody knows stays as it stands."""
    by_name = {each.name.casefold(): code for code, each in known_councils().items() if not each.successor}
    codes: list[str | None] = []
    for text, number in zip(rows.texts("organisation"), rows.numbers, strict=True):
        code = text.upper() if _CODE.fullmatch(text.upper()) else by_name.get(text.casefold())
        if text and code is None:
            log.add(
                "invalid organisation", row=number, field="organisation", value=text, action="no council has this name"
            )
        codes.append(code or text or None)
    return codes
