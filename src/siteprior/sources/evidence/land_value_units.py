"""What the words of a land value column say of its numbers: their unit, the use they are of, and what cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters

_MILLIONS, _THOUSANDS = re.compile(r"million|£ ?m\b"), re.compile(r"thousand|£ ?k\b|['’]000|£ ?000|\(000")
_PRICED = re.compile(r"(?:[£€$]|\beuros?\b|\bgbp\b|\bper\b|/) ?[^,;()]{0,16}")
_HECTARES = re.compile(r"hectare|\bha\b")
_ACRES = re.compile(r"\bacres?\b|(?:/|\bper ) ?ac\b|\bp\.?p\.?a\b")
_OTHER_UNITS = (
    ("km²", re.compile(r"km ?²|\bkm ?2\b|\bsq\.? ?km\b|square kilomet")),
    ("m²", re.compile(r"\bm ?²|\bm ?2\b|\bsq\.? ?m\b|\bsqm\b|square met|\bpsm\b")),
    ("sq ft", re.compile(r"\bsq\.? ?f(?:oo|ee)?t\b|\bsqft\b|\bft ?²|\bft ?2\b|square f(?:oo|ee)t|\bpsf\b")),
    ("sq yd", re.compile(r"\bsq\.? ?yds?\b|square yards?")),
    ("home", re.compile(r"(?:/|\bper ) ?(?:plots?|dwellings?|homes?|units?|houses?)\b")),
    ("another currency", re.compile(r"€|\$|\beuros?\b|\beur\b|\busd\b|\bdollars?\b")),
)
_OTHER_USES = re.compile(
    r"\b(?:offices?|retail|shops?|agricultur\w*|farm\w*|arable|pasture|woodland|commercial|industr\w*|employment|"
    r"non[- ]?residential|warehous\w*|logistics|leisure|hotels?|business|existing use)\b"
)
_HOMES = re.compile(r"(?<!non-)(?<!non )\b(?:residential|housing|homes?|dwellings?|houses)\b")


class Unit(NamedTuple):
    """What a column's numbers are multiplied by to be £/ha, and what an issue states of it; blank where nothing."""

    scale: float
    action: str = ""


def column_unit(own: str, beside: str, *, file: str, column: str) -> Unit:
    """Return the unit of a column as its own words state it, and what they leave open as the words beside it do.

    ``beside`` are the words of titles, or of a column of units. Else as :func:`unit_of`.

    Examples
    --------
    >>> column_unit("land value", "prices in £ million per hectare", file="a.csv", column="Land value")
    Unit(scale=1000000.0, action='')
    """
    stated = unit_of(own, file=file, column=column)
    if stated.action or _HECTARES.search(own):
        return stated
    other = unit_of(" ".join(_PRICED.findall(beside)), file=file, column=column)
    return other if stated.scale == 1 else Unit(stated.scale * (other.scale if other.action else 1.0), other.action)


def unit_of(words: str, *, file: str, column: str) -> Unit:
    """Return what a column's numbers are multiplied by to be £/ha, as its words say.

    Parameters
    ----------
    words
        The words that state the unit, in small letters.
    file, column
        What file and column are called in messages.

    Raises
    ------
    InputError
        When they state another unit than an area of land in hectares or acres, or both of these.

    Examples
    --------
    >>> unit_of("residential land value (£ million/ha)", file="a.csv", column="Residential").scale
    1000000.0
    >>> round(unit_of("£/acre", file="a.csv", column="Residential").scale, 6)
    2.471054
    """
    scale = 1e6 if _MILLIONS.search(words) else 1e3 if _THOUSANDS.search(words) else 1.0
    other = next((name for name, pattern in _OTHER_UNITS if pattern.search(words)), "")
    acres, hectares = bool(_ACRES.search(words)), bool(_HECTARES.search(words))
    if other or (acres and hectares):
        stated = f"values per {other}" if other not in ("", "another currency") else other or "both acres and hectares"
        raise InputError(
            f"{file}: the column '{column}' states {stated}, and values are read in £/ha (or £/acre); give the column "
            "in £/ha, and say so in its header"
        )
    if not acres:
        return Unit(scale)
    acre = load_parameters("land_values").table("reading").number("acre_ha")
    return Unit(scale / acre, f"converted from £/acre to £/ha: 1 acre is {acre} ha")


def is_other_use(words: str, *, own: str = "") -> bool:
    """Return whether words name a use that is none of homes: office, retail, agricultural, industrial and their like.

    ``own`` are the words nearest to the numbers: where they name homes and no other use, the others do not count.

    Examples
    --------
    >>> is_other_use("office land value (£/ha)"), is_other_use("residential land value (£/ha)")
    (True, False)
    """
    if _HOMES.search(own) and not _OTHER_USES.search(own):
        return False
    return bool(_OTHER_USES.search(words))


def names_homes(words: str) -> bool:
    """Return whether words name homes.

    Examples
    --------
    >>> names_homes("residential land values"), names_homes("land values")
    (True, False)
    """
    return bool(_HOMES.search(words))


class Cells:
    """Looks at every number of a file's columns, and counts those that cannot be what their column says.

    Examples
    --------
    >>> cells = Cells("a.csv", IssueLog("a.csv"))
    >>> cells.possible(1e6, "residential", "Dudley", row=2), cells.possible(900.0, "residential", "Walsall", row=3)
    (True, False)
    """

    def __init__(self, file: str, log: IssueLog) -> None:
        limits = load_parameters("land_values").table("reading")
        most = limits.number("most")
        self._bounds = {
            "residential": (limits.number("least"), most),
            "industrial": (limits.number("industrial_least"), most),
            "density": (limits.number("density_least"), limits.number("density_most")),
        }
        self._out_most = limits.number("out_most")
        self._file, self._log = file, log
        self._read: dict[str, int] = {}
        self._out: dict[str, list[tuple[str, float]]] = {}

    def possible(self, value: float, role: str, area: str, *, row: int) -> bool:
        """Return whether a value can be what its column says; log one that cannot, with its area."""
        kind = role.partition("_")[0]
        least, most = self._bounds[kind]
        self._read[kind] = self._read.get(kind, 0) + 1
        if least <= value <= most:
            return True
        self._out.setdefault(kind, []).append((area, value))
        unit = "homes/ha" if kind == "density" else "£/ha"
        side = f"less than {least:,.10g}" if value < least else f"more than {most:,.10g}"
        fault = "too small" if value < least else "too large"
        why = f"left blank: {side} {unit}, which no {_MEANT[kind]} is"
        self._log.add(fault, row=row, field=role, value=f"{area}: {value:,.10g}", action=why)
        return False

    def refuse(self, kinds: Iterable[str] = ("residential", "industrial")) -> None:
        """Refuse a file of whose values of one kind more than ``reading.out_most`` cannot be.

        Raises
        ------
        InputError
            Naming how many, and the first.
        """
        faults = []
        for kind in kinds:
            out, read = self._out.get(kind, []), self._read.get(kind, 0)
            if len(out) > self._out_most * read:
                area, value = out[0]
                faults.append(
                    f"{self._file}: {len(out)} of its {read} {kind} land values, such as {value:,.10g} for {area}, are "
                    f"no £/ha of {_MEANT[kind]}; say in the header where they are in thousands or millions "
                    "(£ million/ha), or correct them"
                )
        if faults:
            raise InputError(*faults)


_MEANT = {"residential": "land for homes", "industrial": "industrial land", "density": "site for homes"}
