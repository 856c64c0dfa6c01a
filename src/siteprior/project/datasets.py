"""Datasets as their publishers offer them: where a file comes from, in which parts, and under which licence.

Those that ship stand in ``sources/catalogue.toml``; a project file adds its own under ``[datasets.<id>]``, with the
same keys. An address is a pattern in which ``{part}``, ``{box}`` and ``{key}`` are replaced; nothing else is evaluated.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, model_validator

from siteprior.core.errors import SitePriorError, unknown
from siteprior.core.files import is_fetchable
from siteprior.core.frozen_table import FrozenMapping
from siteprior.core.shown_text import without_keys
from siteprior.project.faults import Fault, faults_of, refuse, several
from siteprior.project.kinds import Number, Settings, Stated, Text, Whole, Words, key, names_in

PLACEHOLDERS = ("part", "box", "key")
"""What an address pattern may hold in braces."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_HASH = r"[0-9a-f]{64}"

Paging = Literal["file", "arcgis", "next", "wfs", "ogc_features"]
"""How a publisher hands a dataset out: one file, or a service that is read page by page."""

Cut = Literal["", "atco_area", "council", "box", "bods_region", "geofabrik", "year", "month", "region"]
"""What a part of a dataset is; blank where there is only the whole."""

PARTS: Mapping[str, str] = FrozenMapping(
    {
        "": "none: it comes whole",
        "atco_area": "the number of an ATCO area such as 430; several joined by commas",
        "council": "the council, by ONS code such as E08000025 unless its note says otherwise",
        "box": "xmin,ymin,xmax,ymax in metres of the National Grid, EPSG:27700",
        "bods_region": "a region of the Bus Open Data Service such as west_midlands",
        "geofabrik": "a county as Geofabrik names it, such as west-midlands",
        "year": "a year such as 2024",
        "month": "a month such as 2026-02",
        "region": "a region as its page names it",
    }
)
"""What names a part, by what a part is."""


def _pattern(address: str) -> str:
    """Refuse what is no address pattern, and an address with a key in it."""
    if not address:
        return address
    wrong = [name for name in _PLACEHOLDER.findall(address) if name not in PLACEHOLDERS]
    if wrong:
        raise refuse(unknown("placeholder", wrong[0], PLACEHOLDERS))
    bare = _PLACEHOLDER.sub("", address)
    if "{" in bare or "}" in bare:
        raise refuse("has a brace without its other; only {part}, {box} and {key} stand in braces")
    if not is_fetchable(_PLACEHOLDER.sub("x", address)):
        raise refuse("give an address that begins with https:// and holds no user name or password")
    if without_keys(bare) != bare:
        raise refuse("holds a key; write {key} in its place, and the name of the environment variable as key_env")
    return address


def _page(address: str) -> str:
    """Refuse a page that is no https address."""
    if address and not is_fetchable(address):
        raise refuse("give an address that begins with https:// and holds no user name or password")
    return address


def _part(name: str) -> str:
    """Refuse the name of a part that leads elsewhere in an address."""
    return refuse_part(name)


def refuse_part(name: str) -> str:
    """Return the name of a part; refuse one that is blank, or whose signs would lead elsewhere in an address."""
    if not name.strip() or ".." in name or not name.isprintable() or any(sign in "/\\?#&=" for sign in name):
        raise refuse(f"{name!r} names no part; give it as the dataset has it, such as 430 or E08000025")
    return name


Pattern = Annotated[str, AfterValidator(_pattern)]
"""The pattern of an address."""

_Variable = Annotated[str, Field(pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$")]


class DatasetEntry(Settings):
    """A dataset: who publishes it, under which licence, and how a file of it is fetched. Its id is lower case."""

    title: Annotated[Text, key("What it is called", example="Tram stops")]
    publisher: Annotated[str, key("Who publishes it", example="Example Council")] = ""
    licence: Annotated[str, key("The licence it is under", example="Open Government Licence v3.0")] = ""
    attribution: Annotated[str, key("The words its licence asks for", example="Contains public sector information")] = (
        ""
    )
    registration: Annotated[Words, key("What a user has to register for; no where nothing", example="yes (a key)")] = (
        "no"
    )
    page: Annotated[
        str, AfterValidator(_page), key("The page for people", example="https://example.org/tram-stops")
    ] = ""
    address: Annotated[
        Pattern,
        key(
            "The address of the file, or of a service's first page; {part}, {box} (as box_crs says) and {key} are "
            "replaced",
            example="https://example.org/stops-{part}.csv", needs={"cut": "council"},
        ),
    ] = ""  # fmt: skip
    addresses: Annotated[
        dict[Annotated[str, AfterValidator(_part)], Pattern],
        key(
            "The address of each part that has one of its own",
            example={"E08000025": "https://example.org/birmingham.csv"}, needs={"cut": "council"},
        ),
    ] = Field(default_factory=dict)  # fmt: skip
    paging: Annotated[
        Paging,
        key(
            "How it is handed out: one file, or a service that is read page by page: the query of an ArcGIS feature "
            "layer, JSON with links.next, WFS, OGC API Features",
            example="arcgis",
        ),
    ] = "file"
    cut: Annotated[Cut, key("What a part of it is; blank where there is only the whole", example="year")] = ""
    box_crs: Annotated[
        Annotated[str, Field(pattern=r"^EPSG:\d+$")],
        key(
            "The coordinate system of {box} in the address; a part that is a box is in EPSG:27700", example="EPSG:4326"
        ),
    ] = "EPSG:27700"
    member: Annotated[
        str,
        key("Of a zip, the pattern of the file wanted; a.zip!b.csv of a zip within", example="Data/CSV/*.csv"),
    ] = ""
    format: Annotated[
        Annotated[str, Field(pattern=r"^(\.[a-z0-9]+)*$")], key("The ending of the file that results", example=".csv")
    ] = ""
    vintage: Annotated[Words, key("The day or year it is of, where that is fixed", example="2025")] = ""
    cadence: Annotated[str, key("How often it is published anew", example="monthly")] = ""
    size_mb: Annotated[
        Annotated[Number, Field(gt=0)] | None, key("About how large a part is", unit="MB", example=12)
    ] = None
    reads: Annotated[str, key("The key of the project file that reads it", example="sources.stops")] = ""
    key_header: Annotated[
        str,
        key(
            "The header your key is sent in, where it stands in none of the addresses",
            example="Authorization: Bearer {key}", needs={"key_env": "EXAMPLE_KEY"},
        ),
    ] = ""  # fmt: skip
    key_env: Annotated[
        _Variable,
        key(
            "The environment variable that has your key, for {key} in the address or the header",
            example="EXAMPLE_KEY",
            needs={"address": "https://example.org/a.csv?key={key}"},
        ),
    ] = ""
    largest_page: Annotated[
        Annotated[Whole, Field(gt=0)] | None, key("The most rows the service gives at a time", example=2000)
    ] = None
    note: Annotated[str, key("What else is worth knowing", example="Stops of both operators.")] = ""

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        patterns = [self.address, *self.addresses.values(), self.key_header]
        fields = {name for pattern in patterns for name in _PLACEHOLDER.findall(pattern)}
        checks = (
            ("address", "box" in fields and self.cut != "box", 'holds {box}: state cut = "box"'),
            ("address", "part" in fields and self.cut in ("", "box"), "holds {part}: say with cut what a part is"),
            ("cut", bool(self.addresses) and not self.cut, "is needed beside addresses: what a part is"),
            ("key_env", ("key" in fields) != bool(self.key_env), "and {key} in the address go together"),
        )  # fmt: skip
        faults = [Fault((name,), words) for name, wrong, words in checks if wrong]
        if faults:
            raise several(faults)
        return self

    @property
    def part_means(self) -> str:
        """What names a part, for messages."""
        return PARTS[self.cut]

    @property
    def by_hand(self) -> bool:
        """Whether it has no lasting address: it is downloaded from its page by hand."""
        return not (self.address or self.addresses)


class Checked(Settings):
    """When a dataset was last fetched for real: the day, its size and its hash."""

    date: date
    bytes: Annotated[Whole, Field(gt=0)]
    sha256: Annotated[str, Field(pattern=f"^{_HASH}$")]


class Dataset(DatasetEntry):
    """A dataset with its id; ``last_checked`` is ``"never"`` until it was fetched for real.

    Examples
    --------
    >>> shipped_datasets()["naptan"].cut
    'atco_area'
    """

    id: str
    last_checked: Literal["never"] | Checked = "never"


@cache
def shipped_datasets() -> Mapping[str, Dataset]:
    """Return the datasets that ship with siteprior, by id.

    Raises
    ------
    SitePriorError
        When an entry lacks a key, has one too many, or contradicts itself.
    """
    text = (resources.files("siteprior") / "sources" / "catalogue.toml").read_text(encoding="utf-8")
    return FrozenMapping(datasets_of(tomllib.loads(text)["datasets"]))


def datasets_of(tables: Mapping[str, Stated]) -> dict[str, Dataset]:
    """Return datasets by id from the tables a TOML states.

    Raises
    ------
    SitePriorError
        Naming every fault of every entry.
    """
    found, faults = dict[str, Dataset](), list[str]()
    for name, facts in tables.items():
        if not (_ID.fullmatch(name) and isinstance(facts, Mapping)):
            faults.append(f"[datasets] {name}: is no table under an id of lower case words joined by _")
            continue
        try:
            found[name] = one_dataset({**facts, "id": name})
        except SitePriorError as error:
            faults += error.faults
    if faults:
        raise SitePriorError(*faults)
    return found


def one_dataset(facts: Mapping[str, Stated]) -> Dataset:
    """Return the dataset some facts make, its id among them.

    Raises
    ------
    SitePriorError
        Naming every fault.
    """
    try:
        return Dataset.model_validate(dict(facts))
    except ValidationError as error:
        at = ("datasets", str(facts.get("id")))
        raise SitePriorError(*(fault.within(at).sentence() for fault in faults_of(error, Dataset))) from None


def _own_id(name: str) -> str:
    """Refuse the id of an own dataset that is none, or that of one that ships."""
    if not _ID.fullmatch(name):
        raise refuse(f"'{name}' is no id: write lower case words joined by _, such as tram_stops")
    if name in shipped_datasets():
        raise refuse(f"'{name}' is a dataset that ships with siteprior; give yours another id, such as own_{name}")
    return name


def _own(entry: DatasetEntry) -> DatasetEntry:
    """Refuse an own dataset without an address: it would say nothing that its files' entries cannot."""
    if entry.by_hand:
        raise refuse("needs address or addresses")
    return entry


OwnDatasets = dict[Annotated[str, AfterValidator(_own_id)], Annotated[DatasetEntry, AfterValidator(_own)]]
"""The datasets a project file adds, by id."""

_REGISTERED: dict[str, Dataset] = {}


def register_dataset(role: str, dataset: Dataset | None) -> None:
    """Make the dataset of a registered source known to project files, in the place of the one it had.

    Raises
    ------
    SitePriorError
        When a dataset that ships has its id.
    """
    _REGISTERED.pop(role, None)
    if dataset is not None:
        if dataset.id in shipped_datasets():
            raise SitePriorError(f"catalogue: the dataset '{dataset.id}' stands there already; use another name")
        _REGISTERED[role] = dataset


def registered_datasets() -> dict[str, Dataset]:
    """Return the datasets of registered sources by id."""
    return {dataset.id: dataset for dataset in _REGISTERED.values()}


def with_ids(own: Mapping[str, DatasetEntry]) -> dict[str, Dataset]:
    """Return a project's own datasets with their ids."""
    return {name: Dataset(id=name, **entry.model_dump()) for name, entry in own.items()}


def known_dataset(name: str, info: ValidationInfo) -> str:
    """Refuse an id that neither ships nor stands in the project file."""
    if name and name not in (known := [*shipped_datasets(), *registered_datasets(), *names_in(info).datasets]):
        raise refuse(unknown("dataset", name, known))
    return name
