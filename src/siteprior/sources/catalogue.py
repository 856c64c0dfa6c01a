"""Who publishes each kind of input, under which licence, the line that must stand beside it, and where to get it.

The facts stand in ``catalogue.toml``. What a project file says of a file's origin goes before what stands there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from siteprior.core.errors import SitePriorError
from siteprior.core.files import Input


class Publication(NamedTuple):
    """A published kind of data: who publishes it, its licence, and the attribution it asks for."""

    title: str
    publisher: str
    licence: str
    attribution: str


class Official(NamedTuple):
    """Where to get one input: the publisher's page, and the address of the file where it has a lasting one."""

    key: str
    title: str
    publisher: str
    licence: str
    registration: str
    page: str
    file: str
    note: str


class Catalogue(NamedTuple):
    """The catalogue of publishers.

    Attributes
    ----------
    roles
        Each kind of input, by the role it plays in a project.
    official
        Where to get the official inputs.
    looked_up
        The day their addresses were looked up, ``YYYY-MM-DD``.
    """

    roles: Mapping[str, Publication]
    official: tuple[Official, ...]
    looked_up: str


_ROLES: dict[str, Publication] = {}
_OFFICIAL: list[Official] = []


def register_publication(
    role: str, publication: Publication, official: Official | None, *, again: bool = False
) -> None:
    """Enter a registered source in the catalogue, with where to get it where that is known.

    ``again`` in the place of what was registered for the role, as when its module is loaded again.

    Raises
    ------
    SitePriorError
        When the role stands there already, with another publication.
    """
    replaced = again and role in _ROLES
    if load_catalogue().roles.get(role, publication) != publication and not replaced:
        raise SitePriorError(f"catalogue: the role '{role}' stands there already; use another name")
    _ROLES[role] = publication
    if replaced:
        _OFFICIAL[:] = [each for each in _OFFICIAL if each.key != role]
    if official is not None and official not in _OFFICIAL:
        _OFFICIAL.append(official)
    load_catalogue.cache_clear()


@cache
def load_catalogue() -> Catalogue:
    """Read ``catalogue.toml``; what was registered follows.

    Raises
    ------
    TypeError
        When an entry lacks a field or has one too many.

    Examples
    --------
    >>> load_catalogue().roles["elevation"].publisher
    'Ordnance Survey'
    """
    text = (resources.files("siteprior") / "sources" / "catalogue.toml").read_text(encoding="utf-8")
    tree = tomllib.loads(text)
    roles = {role: Publication(**facts) for role, facts in tree["roles"].items()}
    official = (*(Official(**facts) for facts in tree["official"]), *_OFFICIAL)
    return Catalogue(MappingProxyType({**roles, **_ROLES}), official, tree["looked_up"].isoformat())


def official_sources() -> pd.DataFrame:
    """Return where the official inputs are published: one row per dataset, ``key`` its name under ``[sources]``.

    Examples
    --------
    >>> table = official_sources().set_index("title")
    >>> table.loc["NaPTAN", ["key", "registration"]].tolist()
    ['stops', 'no']
    """
    catalogue = load_catalogue()
    table = pd.DataFrame(list(catalogue.official), columns=list(Official._fields))
    return table.assign(looked_up=catalogue.looked_up)


def with_origin(read: Input, *, role: str, vintage: str, publisher: str, licence: str, attribution: str) -> Input:
    """Complete the record of an input: what the project states first, then the reader, then the catalogue.

    Parameters
    ----------
    read
        The record a reader made.
    role
        The role the file plays, a key of :attr:`Catalogue.roles`.
    vintage, publisher, licence, attribution
        What the project file states of its origin; blank where it states nothing.
    """
    known = load_catalogue().roles[role]
    return replace(
        read,
        role=role,
        vintage=vintage or read.vintage,
        publisher=publisher or read.publisher or known.publisher,
        licence=licence or read.licence or known.licence,
        attribution=attribution or read.attribution or known.attribution,
    )
