"""The files a project file may name, each with what the user says of it."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_serializer, model_validator

from siteprior.core.councils import COMBINED_AUTHORITIES, known_councils
from siteprior.core.files import is_fetchable
from siteprior.core.shown_text import without_keys
from siteprior.project.datasets import known_dataset, refuse_part
from siteprior.project.faults import Fault, refuse, several
from siteprior.project.kinds import FilePath, Flag, Number, Settings, Text, Words, entry, key
from siteprior.project.own_columns import map_faults, named_as_siteprior

CensusYear = Literal[2011, 2021]
_HASH_LENGTH = 64
_HEX = frozenset("0123456789abcdefABCDEF")


def _web_address(url: str) -> str:
    """Refuse an address ``siteprior fetch`` would not use."""
    if url and not is_fetchable(url):
        raise refuse("give an address that begins with https:// and holds no user name or password")
    return url


def _sha256(text: str) -> str:
    """Refuse what is no SHA-256 hash."""
    if text and not (len(text) == _HASH_LENGTH and _HEX.issuperset(text)):
        raise refuse(f"needs a SHA-256 hash of {_HASH_LENGTH} hexadecimal digits, not {text!r}")
    return text


def _part(text: str) -> str:
    """Refuse the name of a part that leads elsewhere in an address."""
    return refuse_part(text.strip()) if text else text


class File(Settings):
    """A file (or a glob of files) under ``data_root``, with what the user knows of its origin."""

    path: Annotated[
        FilePath,
        key("Path under data_root; a glob such as registers/*.csv, or a member as in a.zip!b.csv", example="file.csv"),
    ]
    url: Annotated[
        str,
        AfterValidator(_web_address),
        key("Where siteprior fetch downloads it from; no other command uses it", example="https://example.org/a.csv"),
    ] = ""
    dataset: Annotated[
        str,
        AfterValidator(known_dataset),
        key(
            "The dataset it is of: an id of the catalogue, or of [datasets]; siteprior fetch then finds the address "
            "itself, and what is not stated here of its origin comes from there",
            example="green_belt",
        ),
    ] = ""
    part: Annotated[
        Annotated[Words, AfterValidator(_part)],
        key(
            "The part of the dataset, as the catalogue cuts it: 430, E08000025, west_midlands, 2024, or a box as "
            "xmin,ymin,xmax,ymax in EPSG:27700",
            example="430", needs={"dataset": "naptan"},
        ),
    ] = ""  # fmt: skip
    sha256: Annotated[
        str,
        AfterValidator(_sha256),
        key("The hash its bytes must have when siteprior fetch downloads it", example="0" * _HASH_LENGTH),
    ] = ""
    vintage: Annotated[Words, key("The day or year the file is of", example="2025-12")] = ""
    publisher: Annotated[str, key("Who published it", example="Example Council")] = ""
    licence: Annotated[str, key("The licence it is under", example="OGL v3")] = ""
    attribution: Annotated[str, key("The words its licence asks for", example="Contains public sector information")] = (
        ""
    )

    @model_validator(mode="after")
    def _part_of_a_dataset(self) -> Self:
        if self.part and not self.dataset:
            raise several([Fault(("part",), "needs dataset, of which it is a part")])
        return self

    @field_serializer("url")
    def _without_key(self, url: str) -> str:
        """Hide the keys of the address from every record; what downloads reads the attribute."""
        return without_keys(url)


_ONS = "ONS code of the council or authority"
_CODE = re.compile(r"[EWSN]\d{8}")


def _code(text: str) -> str:
    """Return an ONS code in capitals; refuse anything else, with the code where a council's name is given."""
    code = text.strip().upper()
    if _CODE.fullmatch(code):
        return code
    named = {council.name.casefold(): code for code, council in known_councils().items() if not council.successor}
    meant = named.get(text.strip().casefold())
    raise refuse(
        f"'{text}' is no ONS code; " + (f"that of {text.strip()} is {meant}" if meant else "give one such as E08000026")
    )


def _council_code(text: str) -> str:
    """Return the ONS code of a council; a combined authority has no register."""
    code = _code(text)
    if code in COMBINED_AUTHORITIES:
        raise refuse(
            f"'{code}' is {COMBINED_AUTHORITIES[code]}, which has no register; give the code of the council, such as "
            "E08000026, or name the file under own_sites"
        )
    return code


CouncilCode = Annotated[Text, AfterValidator(_council_code)]
"""The ONS code of a council."""


class Register(File):
    """A brownfield register."""

    organisation: Annotated[
        CouncilCode | None,
        key("ONS code of the council whose register it is, where the file cannot be trusted", example="E08000025"),
    ] = None
    councils: Annotated[
        tuple[Text, ...],
        key("Of a file of many councils, those whose rows are read, by name or ONS code", example=["Oldham"]),
    ] = ()

    @model_validator(mode="after")
    def _one_council_or_some(self) -> Self:
        if self.councils and self.organisation is not None:
            words = "stands beside organisation, which makes every row of the file one council's; keep one"
            raise several([Fault(("councils",), words)])
        return self


_LAYER = key("The layer of the file, or the sheet of the workbook", example="areas")
_CRS = key("The coordinate system the file is in; it goes before the one it states itself", example="EPSG:27700")


def _mapped(columns: dict[str, str]) -> dict[str, str]:
    """Return a map by siteprior's names; refuse one that names no columns of siteprior's, or not those it needs."""
    faults = [Fault((name,) if name else (), text) for name, text in map_faults(columns)]
    faults += [
        Fault((name,), "names no column of the file; give its name") for name in columns if not columns[name].strip()
    ]
    if faults:
        raise several(faults)
    return named_as_siteprior(columns)


class OwnSites(File):
    """The user's own sites, points or polygons: a vector file, CSV or sheet, where needed with a map of its columns.

    A polygon stays the shape of its site. Lines are refused.
    """

    name: Annotated[
        Text | None, key("What these sites are called in the outputs; the file's name by default", example="our estate")
    ] = None
    columns: Annotated[
        dict[str, str],
        AfterValidator(_mapped),
        key(
            "siteprior's column to the file's column; common other names do, too: homes, dwellings or units for "
            "minimum_net_dwellings; without it columns are read that bear such names",
            example={"reference": "Asset ID"},
        ),
    ] = Field(default_factory=dict)
    organisation: Annotated[
        Annotated[Text, AfterValidator(_code)] | None,
        key(f"{_ONS} whose list it is; the council of a site is the one it lies in", example="E47000007"),
    ] = None
    layer: Annotated[Text | None, _LAYER] = None
    crs: Annotated[Text | None, _CRS] = None


class Shapes(File):
    """Polygons of sites."""

    reference: Annotated[Text | None, key("The column with the site's reference", example="REF")] = None
    organisation: Annotated[
        Annotated[Text, AfterValidator(_code)] | None,
        key(f"{_ONS} that lists all these sites, or the council they lie in", example="E08000025"),
    ] = None
    layer: Annotated[Text | None, _LAYER] = None
    crs: Annotated[Text | None, _CRS] = None


class Postcodes(File):
    """Where postcodes lie."""

    check_locations: Annotated[
        Flag, key("Whether sites are checked against them, too; false: they place sales alone", example=False)
    ] = True


class AreaLookup(File):
    """A table of the district each LSOA lies in, as the Office for National Statistics publishes it."""

    code: Annotated[
        Text | None, key("The column with the LSOA codes; called as that of the areas by default", example="LSOA21CD")
    ] = None


class Areas(File):
    """LSOA polygons."""

    code: Annotated[Text, key("The column with the LSOA codes", example="LSOA21CD")]
    name: Annotated[Text | None, key("The column with the names", example="LSOA21NM")] = None
    district: Annotated[
        Text | None, key("The column with the district's code; of the lookup, where there is one", example="LAD24CD")
    ] = None
    lookup: Annotated[
        AreaLookup | None,
        BeforeValidator(entry),
        key(
            "The table that says which district an LSOA lies in, where the file of areas does not; needs district",
            example={"path": "lsoa21_lad24.csv"}, needs={"district": "LAD24CD"},
        ),
    ] = None  # fmt: skip
    districts: Annotated[
        tuple[Text, ...],
        key(
            "The districts to read where the file holds more, by name or ONS code; needs district",
            example=["Coventry", "Solihull"], needs={"district": "LAD24CD"},
        ),
    ] = ()  # fmt: skip
    year: Annotated[CensusYear, key("Census year of the codes", example=2021)]
    layer: Annotated[Text | None, _LAYER] = None
    crs: Annotated[Text | None, _CRS] = None

    @model_validator(mode="after")
    def _districts_have_a_column(self) -> Self:
        stated = [name for name in ("districts", "lookup") if getattr(self, name)]
        if stated and self.district is None:
            words = "needs district, the column with the districts' codes"
            raise several([Fault((name,), words) for name in stated])
        return self


class Deprivation(File):
    """The English Indices of Deprivation of one edition."""

    edition: Annotated[Literal[2019, 2025], key("The edition", example=2025)]


NODATA = key("The cell value that stands for nothing, as it stands in the file, where it declares none", example=-1)
"""The key ``nodata`` of rasters."""


class Streets(File):
    """A street network: ``.osm``, ``.osm.pbf``, ``.graphml`` or lines of any vector file."""

    layer: Annotated[Text | None, _LAYER] = None
    crs: Annotated[Text | None, _CRS] = None
    private: Annotated[Flag, key("Whether private ways count as walkable", example=True)] = False
    osm: Annotated[
        Flag,
        key(
            "siteprior fetch downloads the study area's ways from OpenStreetMap to the path, which ends in .graphml",
            example=True, needs={"path": "streets.graphml"},
        ),
    ] = False  # fmt: skip

    @model_validator(mode="after")
    def _one_way_to_fetch(self) -> Self:
        if not self.osm:
            return self
        checks = {
            "url": (bool(self.url), "osm = true and url exclude each other; keep one"),
            "sha256": (
                bool(self.sha256),
                "what OpenStreetMap answers differs from day to day; take sha256 out, or osm = true",
            ),
            "path": (not self.path.endswith(".graphml"), "with osm = true the path must end in .graphml"),
        }
        faults = [Fault((name,), words, ()) for name, (wrong, words) in checks.items() if wrong]
        if faults:
            raise several(faults)
        return self


class Elevation(File):
    """A raster of heights in metres, one band."""

    crs: Annotated[Text | None, key("The coordinate system, where the file states none", example="EPSG:27700")] = None
    nodata: Annotated[Number | None, NODATA] = None


class Timetable(File):
    """A timetable feed in GTFS, as published: one zip archive."""


class CorridorFile(File):
    """A corridor table (CSV of ordered stops), lines of any vector file, or routes of a timetable."""

    name: Annotated[
        Text | None,
        key("Of lines: the column with the corridor's name, where none is plainly called so", example="NAME"),
    ] = None
    kind: Annotated[Text | None, key("Of lines and routes: what runs there", example="metro")] = None
    layer: Annotated[Text | None, _LAYER] = None
    crs: Annotated[
        Text | None, key("Of lines: the coordinate system; it goes before the file's", example="EPSG:27700")
    ] = None
    routes: Annotated[tuple[Text, ...], key("Of a GTFS feed: the routes to draw as corridors", example=["T1"])] = ()
