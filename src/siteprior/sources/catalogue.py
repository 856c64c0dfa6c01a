"""Who publishes each kind of input, under which licence, the line that must stand beside it, and where to get it.

The facts stand in ``catalogue.toml``: under ``[roles]`` by the role a file plays in a project, under ``[datasets]`` by
the id a project file names. What a project file says of a file's origin goes before what stands there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

import pandas as pd

from siteprior.core.errors import InputError, SitePriorError, unknown
from siteprior.core.files import Input
from siteprior.project.datasets import Dataset, register_dataset, registered_datasets, shipped_datasets

__all__ = [
    "Catalogue", "Dataset", "Publication", "address_of", "licence_title", "load_catalogue", "official_sources",
    "register_publication", "with_origin",
]  # fmt: skip


class Publication(NamedTuple):
    """A published kind of data: who publishes it, its licence, and the attribution it asks for."""

    title: str
    publisher: str
    licence: str
    attribution: str


class Catalogue(NamedTuple):
    """The catalogue of publishers.

    Attributes
    ----------
    roles
        Each kind of input, by the role it plays in a project.
    datasets
        Where official inputs come from, by id: those that ship with siteprior, then those of registered modules.
    """

    roles: Mapping[str, Publication]
    datasets: Mapping[str, Dataset]


_ROLES: dict[str, Publication] = {}


def register_publication(role: str, publication: Publication, dataset: Dataset | None, *, again: bool = False) -> None:
    """Enter a registered source in the catalogue, with where to get it where that is known.

    ``again`` in the place of what was registered for the role, as when its module is loaded again.

    Raises
    ------
    SitePriorError
        When the role stands there already, with another publication, or the id of the dataset does.
    """
    replaced = again and role in _ROLES
    if load_catalogue().roles.get(role, publication) != publication and not replaced:
        raise SitePriorError(f"catalogue: the role '{role}' stands there already; use another name")
    register_dataset(role, dataset)
    _ROLES[role] = publication
    load_catalogue.cache_clear()


@cache
def load_catalogue() -> Catalogue:
    """Read ``catalogue.toml``; what was registered follows.

    Raises
    ------
    TypeError, SitePriorError
        When an entry lacks a field or has one too many.

    Examples
    --------
    >>> load_catalogue().roles["elevation"].publisher, load_catalogue().datasets["naptan"].reads
    ('Ordnance Survey', 'sources.stops')
    """
    text = (resources.files("siteprior") / "sources" / "catalogue.toml").read_text(encoding="utf-8")
    roles = {role: Publication(**facts) for role, facts in tomllib.loads(text)["roles"].items()}
    datasets = {**shipped_datasets(), **registered_datasets()}
    return Catalogue(MappingProxyType({**roles, **_ROLES}), MappingProxyType(datasets))


def licence_title(code: str) -> str:
    """Return the title of a licence that is given by a code; what is no code that is known stays as it is.

    Examples
    --------
    >>> licence_title("OGL v3"), licence_title("ODbL-1.0"), licence_title("as its terms state")
    ('Open Government Licence v3.0', 'Open Database Licence 1.0', 'as its terms state')
    """
    return _licence_titles().get(_bare(code), code)


@cache
def _licence_titles() -> Mapping[str, str]:
    text = (resources.files("siteprior") / "sources" / "catalogue.toml").read_text(encoding="utf-8")
    titles = tomllib.loads(text)["licences"]
    return MappingProxyType({_bare(code): title for title, codes in titles.items() for code in codes})


def _bare(code: str) -> str:
    """Return the letters and digits of a code, by which its spellings are one."""
    return "".join(sign for sign in code.casefold() if sign.isalnum())


def address_of(dataset: Dataset, part: str, *, key: str = "") -> str:
    """Return the address of a part of a dataset; of a service that is read page by page, the query of all its pages.

    ``{part}`` is replaced by the part, ``{box}`` by the box in the dataset's ``box_crs`` (x before y), and ``{key}`` by
    the key, each with the signs an address cannot have written as ``%``. What pages add to the query (``resultOffset``,
    ``startIndex``, ``limit`` …) is not in it.

    Parameters
    ----------
    dataset
        A dataset of the catalogue, or of the project.
    part
        The part; blank for a dataset that is not cut. A box is ``xmin,ymin,xmax,ymax`` in EPSG:27700 (metres).
    key
        The user's key, where ``dataset.key_env`` asks for one.

    Raises
    ------
    InputError
        When the dataset has no address, no such part, or no parts at all; or the part or the key is missing, or the
        box is none.

    Examples
    --------
    >>> address_of(load_catalogue().datasets["naptan"], "430")
    'https://naptan.api.dft.gov.uk/v1/access-nodes?dataFormat=csv&atcoAreaCodes=430'
    """
    pattern = _pattern_of(dataset, part)
    if "{key}" in pattern + dataset.key_header and not key:
        raise InputError(
            f"{dataset.id}: needs a key of yours: set {dataset.key_env}; {dataset.page} says how to get one"
        )
    box = _box(dataset, part) if dataset.cut == "box" else ""
    values = {"{part}": quote(part, safe=","), "{box}": box, "{key}": quote(key, safe="")}
    for name, value in values.items():
        pattern = pattern.replace(name, value)
    return pattern


def _pattern_of(dataset: Dataset, part: str) -> str:
    """Return the pattern of a part's address, or refuse a part that is none."""
    if dataset.by_hand:
        raise InputError(f"{dataset.id}: has no lasting address; download it by hand from {dataset.page}")
    if part and not dataset.cut:
        raise InputError(f"{dataset.id}: comes whole and has no part '{part}'; leave part out")
    if dataset.cut and not part:
        raise InputError(f"{dataset.id}: comes in parts; name with part which one ({dataset.part_means})")
    if part in dataset.addresses:
        return dataset.addresses[part]
    if not dataset.address:
        raise InputError(unknown("part", part, dataset.addresses, where=dataset.id))
    return dataset.address


def _box(dataset: Dataset, part: str) -> str:
    """Return a box in the coordinate system of a dataset's address, or refuse what is none."""
    try:
        west, south, east, north = (float(end) for end in part.split(","))
    except ValueError:
        west = east = south = north = 0.0
    if not (west < east and south < north):
        raise InputError(f"{dataset.id}: part '{part}' is no box; give xmin,ymin,xmax,ymax in metres (EPSG:27700)")
    ends = (west, south, east, north)
    if dataset.box_crs != "EPSG:27700":
        from pyproj import Transformer

        ends = Transformer.from_crs(27700, dataset.box_crs, always_xy=True).transform_bounds(*ends)
    return ",".join(f"{end:.10g}" for end in ends)


COLUMNS = (
    "dataset", "title", "publisher", "licence", "attribution", "registration", "page", "address", "cut", "paging",
    "format", "vintage", "cadence", "size_mb", "reads", "key_env", "last_checked", "note",
)  # fmt: skip
"""The columns of the table of official sources."""


def official_sources() -> pd.DataFrame:
    """Return where official inputs are published: one row per dataset, ``reads`` the key of a project that reads it.

    Sizes (``size_mb``) are of one part in MB, NaN where not known; ``last_checked`` is ``never`` or the day the dataset
    was last fetched for real. Of parts that have addresses of their own, ``address`` is blank.

    Examples
    --------
    >>> table = official_sources().set_index("dataset")
    >>> table.loc["naptan", ["reads", "cut", "registration"]].tolist()
    ['sources.stops', 'atco_area', 'no']
    """
    rows = [
        {
            **dataset.model_dump(include=set(COLUMNS)),
            "dataset": name,
            "last_checked": "never" if dataset.last_checked == "never" else dataset.last_checked.date.isoformat(),
        }
        for name, dataset in load_catalogue().datasets.items()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"size_mb": float})


def with_origin(
    read: Input,
    *,
    role: str,
    vintage: str,
    publisher: str,
    licence: str,
    attribution: str,
    dataset: Dataset | None = None,
) -> Input:
    """Complete the record of an input: what the project states first, then the reader, the dataset, and the role.

    Parameters
    ----------
    read
        The record a reader made.
    role
        The role the file plays, a key of :attr:`Catalogue.roles`.
    vintage, publisher, licence, attribution
        What the project file states of its origin; blank where it states nothing.
    dataset
        The dataset the project file says it is of.
    """
    role_facts = load_catalogue().roles[role]
    known = role_facts if dataset is None else dataset
    return replace(
        read,
        role=role,
        vintage=vintage or read.vintage or (dataset.vintage if dataset else ""),
        publisher=publisher or read.publisher or known.publisher or role_facts.publisher,
        licence=licence or read.licence or known.licence or role_facts.licence,
        attribution=attribution or read.attribution or known.attribution or role_facts.attribution,
    )
