"""Published land values by council: what land for homes, and industrial land, is worth per hectare, of one edition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

import geopandas as gpd
import pandas as pd
from pydantic import BeforeValidator, model_validator

from siteprior.core.code_join import join_codes
from siteprior.core.councils import council_code, in_force, known_councils
from siteprior.core.errors import InputError
from siteprior.core.files import Input, record
from siteprior.core.issues import IssueLog, Reading, concat_issues
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import Column
from siteprior.project.faults import Fault, several
from siteprior.project.files import File
from siteprior.project.kinds import FilePath, Stated, key
from siteprior.sources.evidence.land_value_sheets import DENSITIES, Values, edition_day, in_words, read_values
from siteprior.sources.registry import joined, source

ESTIMATES = "Land value estimates for policy appraisal"

NUMBERS = (
    *(f"residential_{density}_gbp_per_ha" for density in DENSITIES),
    *(f"density_{density}_dph" for density in DENSITIES),
    "existing_gbp_per_ha",
)
"""The numbers of a council's row: £/ha of land for homes by density, those densities, £/ha of industrial land."""


def _year(stated: Stated) -> Stated:
    """Take a year written as text as a number."""
    return int(stated) if isinstance(stated, str) and stated.strip().isdecimal() else stated


class LandValues(File):
    """A workbook or CSV of one edition, or the edition that ships."""

    path: Annotated[
        FilePath,
        key("The workbook, or a CSV with its words in the header; not beside edition", example="land_values_2023.xlsx"),
    ] = ""
    edition: Annotated[
        Literal[2017] | None,
        BeforeValidator(_year),
        key("The edition that ships, in the place of a file: 20 councils in and about the West Midlands", example=2017,
            needs={"path": None}),
    ] = None  # fmt: skip

    @model_validator(mode="after")
    def _a_file_or_an_edition(self) -> Self:
        if bool(self.path) == (self.edition is not None):
            words = "stands beside edition; keep one" if self.path else "needs a path, or edition = 2017"
            raise several([Fault(("path",), words)])
        return self


@source(
    "land_values",
    title="Land values by council",
    meaning="Residential and industrial land values by council, of one edition, from which headroom is calculated",
    keys=LandValues,
    many=True,
    example={"edition": 2017},
    section="evidence",
    columns=[
        Column("land_value_council", "text", "Land values: council", "ONS code of the council whose values are taken"),
        Column("land_value_residential_gbp_per_ha", "number", "Land value for homes", "Of a typical serviced site with "
               "permission and no affordable homes; of an edition with three densities the medium one", "GBP/ha",
               ESTIMATES),
        Column("land_value_existing_gbp_per_ha", "number", "Land value as it is", "Of industrial land in the council, "
               "or where headroom_basis says so of another area", "GBP/ha", ESTIMATES),
        Column("land_value_edition", "text", "Land values: edition", "Edition, and the day its values are of", "",
               ESTIMATES),
    ],
)  # fmt: skip
def read_land_values(
    paths: list[Path], files: list[str], entries: tuple[LandValues, ...], areas: gpd.GeoDataFrame
) -> Reading[pd.DataFrame]:
    """Return one row per council (index ONS code) with :data:`NUMBERS`, ``existing_from``, ``edition`` and ``valued``.

    Raises
    ------
    InputError
        When a file holds no such values or does not say of which day, two are of different editions, or none of the
        councils of the areas has a value.
    """
    logs, read, origins = list[IssueLog](), list[Values](), list[Input]()
    vintages = {entry.path: entry.vintage for entry in entries}
    for entry in entries:
        if entry.edition is not None:
            read.append(shipped_values(entry.edition))
    for path, label in zip(paths, files, strict=True):
        logs.append(IssueLog(label))
        read.append(read_values(path, file=label, vintage=vintages.get(label, ""), log=logs[-1]))
        origins.append(record(path, role="land values", file=label, rows=len(read[-1].residential)))
    _refuse_mixed(read)
    own = IssueLog(", ".join(values.label for values in read))
    table = _by_council(read, own)
    districts = areas["district_code"].dropna().unique()
    if len(districts):
        join_codes(
            [in_force(code, among=table.index) for code in districts],
            table.index,
            name="land values by council",
            of="councils",
            file=own.file,
            lost="left blank: the edition has no value for it",
            fix="give an edition that covers the area, such as the workbook of 2023",
        ).log(own, field="land_value_residential_gbp_per_ha")
    return Reading(table, concat_issues(*(log.table() for log in logs), own.table()), tuple(origins))


@joined("land_values")
def join_land_values(sites: gpd.GeoDataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the values of the council each site lies in, or else of the council that lists it; blank where none is."""
    lies_in = sites["district_code"].where(sites["district_code"].notna(), sites["organisation"])
    council = lies_in.map(lambda code: in_force(code, among=table.index), na_action="ignore")
    council = council.where(council.isin(table.index))
    return pd.DataFrame(
        {
            "land_value_council": council,
            "land_value_residential_gbp_per_ha": council.map(table["residential_medium_gbp_per_ha"]),
            "land_value_existing_gbp_per_ha": council.map(table["existing_gbp_per_ha"]),
            "land_value_edition": council.map(table["edition"]),
        },
        index=sites.index,
    )


def shipped_values(year: int) -> Values:
    """Return the values of an edition that ship with siteprior.

    Examples
    --------
    >>> values = shipped_values(2017)
    >>> values.residential["Coventry"]["residential_medium"], values.industrial["Coventry"], values.valued.isoformat()
    (1905000.0, 800000.0, '2017-04-01')
    """
    listed = load_parameters("land_values").table("shipped").table(str(year))
    homes, industry = (dict(listed.parameter(kind).value) for kind in ("residential", "industrial"))
    residential: dict[str, dict[str, float | str]] = {
        str(area): {"code": "", "residential_medium": float(value)} for area, value in homes.items()
    }
    industrial = {str(area): float(value) for area, value in industry.items()}
    return Values(f"edition {year}", residential, industrial, edition_day(str(year)))


def shipped_table(year: int) -> pd.DataFrame:
    """Return the values of an edition that ship as :func:`read_land_values` returns those of a file, by council.

    Examples
    --------
    >>> table = shipped_table(2017)
    >>> float(table.loc["E08000030", "existing_gbp_per_ha"]), table.loc["E08000030", "existing_from"]
    (515000.0, 'Dudley (Black Country LEP)')
    """
    return _by_council([shipped_values(year)], IssueLog(f"edition {year}"))


def _refuse_mixed(read: Sequence[Values]) -> None:
    """Refuse values of two editions: land of one day is not compared with land of another."""
    days = sorted({values.valued for values in read if values.valued is not None})
    if len(days) > 1:
        each = ", ".join(f"{values.label} of {in_words(values.valued)}" for values in read if values.valued)
        raise InputError(f"land_values: names editions that are never mixed ({each}); keep one")


def _by_council(read: Iterable[Values], log: IssueLog) -> pd.DataFrame:
    """Return one row per council, the first of several; log the areas that are none and those that stand again."""
    rows, industry, valued = dict[str, dict[str, float]](), dict[str, tuple[float, str]](), None
    for values in read:
        valued = values.valued
        for area, numbers in values.residential.items():
            code = _code(str(numbers["code"]), area)
            if code is None or code in rows:
                kind = "unknown entity" if code is None else "reference values are not unique"
                why = "left out: is no council" if code is None else "left out: the council stands already"
                log.add(kind, row=values.rows.get(area), field="authority", value=area, action=why,
                        severity="notice" if code is None else None)  # fmt: skip
                continue
            rows[code] = {f"{name}_{'dph' if name.startswith('density') else 'gbp_per_ha'}": float(value)
                          for name, value in numbers.items() if name != "code"}  # fmt: skip
        for area, value in values.industrial.items():
            code = _code("", area)
            industry.setdefault(area, (value, area))
            if code is not None and "(" not in area:
                industry.setdefault(code, (value, ""))
            elif code is not None:
                industry.setdefault(code, (value, area))
    stands_in = dict(load_parameters("land_values").table("areas").parameter("industrial_of").value)
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=list(NUMBERS)).astype("float64")
    existing = [
        industry.get(code) or industry.get(str(stands_in.get(code)), (float("nan"), "")) for code in table.index
    ]
    table["existing_gbp_per_ha"] = [value for value, _ in existing]
    table["existing_from"] = pd.Series([area for _, area in existing], index=table.index, dtype="str")
    table["edition"] = "" if valued is None else f"{valued.year}, valued {in_words(valued)}"
    table["valued"] = pd.Timestamp(valued) if valued is not None else pd.NaT
    return table.rename_axis("organisation")


def _code(stated: str, area: str) -> str | None:
    """Return the ONS code of a row: as stated, as the publication names councils, else by its name."""
    if stated in known_councils():
        return stated
    named = dict(load_parameters("land_values").table("areas").parameter("named").value)
    return named.get(area) or council_code(area.partition("(")[0])
