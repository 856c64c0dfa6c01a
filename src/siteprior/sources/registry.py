"""The registry of sources and evidence: what each is called, who publishes it, how it is read, what it adds.

``@source(…)`` registers the reader of a source: a key of ``[sources]`` (or of ``[evidence]``, as ``section`` says), a
table, and with ``@joined(…)`` new columns of the sites. ``@evidence(…)`` registers the reader of an evidence layer: a
key of ``[evidence]``, and one column per layer it declares, which may be a criterion, a gate or a signal as a layer of
the user's own may. A function gets what its arguments name: :data:`READ_WITH` for readers, :data:`JOINED_WITH` for
joins.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from siteprior.core import schema
from siteprior.core.arguments import same_function, text_of
from siteprior.core.errors import InputError, SitePriorError, unknown
from siteprior.core.issues import Reading
from siteprior.core.schema import Column
from siteprior.project.datasets import one_dataset
from siteprior.project.files import File
from siteprior.project.kinds import Stated
from siteprior.project.layer_checks import parse_layer
from siteprior.project.layers import AreaLayer, Layer, LayerSpec, RasterLayer, VectorLayer, layer_columns
from siteprior.project.load import Project
from siteprior.project.model import Sources
from siteprior.project.registered import TakesRegistered
from siteprior.project.registered_keys import Place, RegisteredKey, refuse_taken, register_key
from siteprior.sources.catalogue import Publication, load_catalogue, register_publication

READ_WITH = (
    "paths", "files", "entry", "entries", "stated", "areas", "study_area", "postcodes", "as_of", "find", "cache",
)  # fmt: skip
"""What a reader may ask for: the files and their names in issues, what the project says of them (``stated`` has an
entry for each file, where a pattern finds several), the areas (LSOAs), their union, where postcodes lie (``None``
without), the day of the registers, a function that finds a file under ``data_root`` with what it is called, and the
folder of what is kept between runs (``None`` where it cannot be written)."""

JOINED_WITH = ("sites", "table", "shapes", "areas", "entry")
"""What a join may ask for: the sites with the columns so far, what the reader returned, their shapes, the areas, and
what the project says."""

Find = Callable[[str], tuple[Path, str]]
Given = (
    gpd.GeoDataFrame | pd.DataFrame | BaseGeometry | date | File | tuple[File, ...] | list[Path] | list[str] | Path
    | Find | None
)  # fmt: skip
Returned = TypeVar("Returned")
Reader = Callable[..., Reading[pd.DataFrame] | Reading[gpd.GeoDataFrame]]
OneLayer = Reading[AreaLayer] | Reading[VectorLayer] | Reading[RasterLayer] | Reading[Layer]
LayerReader = Callable[..., OneLayer | Reading[Mapping[str, Layer]]]
Join = Callable[..., pd.DataFrame]


@dataclass(frozen=True)
class Published:
    """Who publishes a source, under which licence, and where to get it: its entry in the catalogue."""

    title: str
    publisher: str
    licence: str
    attribution: str = ""
    page: str = ""
    file: str = ""
    registration: str = "no"
    note: str = ""


@dataclass
class Source:
    """A registered source: its key in the table ``section``, its publication, its reader, what it adds to sites."""

    name: str
    title: str
    meaning: str
    published: Published
    read: Reader
    columns: tuple[Column, ...] = ()
    join: Join | None = None
    section: Place = "sources"

    def entries(self, project: Project) -> tuple[File, ...]:
        """Return what a project says of it, in the table of the project file its key stands in."""
        table: TakesRegistered = project.evidence if self.section == "evidence" else project.sources
        return table.named(self.name)


@dataclass(frozen=True)
class EvidenceLayer:
    """Registered evidence: a key of ``[evidence]``, its publication, its reader, and the layers it becomes.

    ``specs`` are the layers, declared as a project file declares layers of the user's own. ``on_by_default`` says
    whether their gates stand where the project says nothing. ``none`` is the reason of a signal where a layer shows
    nothing, and ``described_by`` the layer whose words follow the reason, both by the layer's name.
    """

    name: str
    title: str
    meaning: str
    published: Published
    read: LayerReader
    specs: tuple[LayerSpec, ...]
    on_by_default: bool = False
    columns: tuple[Column, ...] = field(default=())
    none: Mapping[str, str] = field(default_factory=dict)
    described_by: Mapping[str, str] = field(default_factory=dict)


_SOURCES: dict[str, Source] = {}
_EVIDENCE: dict[str, EvidenceLayer] = {}
_STATED: dict[str, list[dict[str, Stated]]] = {}

SOURCES: Mapping[str, Source] = MappingProxyType(_SOURCES)
"""The registered sources by their key of ``[sources]``."""

EVIDENCE: Mapping[str, EvidenceLayer] = MappingProxyType(_EVIDENCE)
"""The registered evidence by its key of ``[evidence]``."""


def discover() -> None:
    """Load the sources and the evidence that ship with siteprior, in the order of their names."""
    import_module("siteprior.sources.evidence")


def _after_what_ships(function: Reader | LayerReader) -> None:
    """Load what ships before a module of the user's own registers a reader: columns stand in one order."""
    if not function.__module__.startswith("siteprior."):
        discover()


def source(
    name: str,
    *,
    title: str,
    meaning: str,
    published: Published | None = None,
    keys: type[File] = File,
    many: bool = False,
    example: str | Mapping[str, str | int] = "file.csv",
    columns: Column | Iterable[Column] = (),
    section: Place = "sources",
) -> Callable[[Reader], Reader]:
    """Register a function as the reader of a source: files in, table, issues and provenance out.

    Parameters
    ----------
    name
        Its key in ``[sources]``; also its role in the record of inputs.
    title, meaning
        Its name, and what it is read for.
    published
        Its entry in the catalogue; what a project file says of a file's origin goes before it. Left out for what ships:
        its facts stand in ``catalogue.toml``, under the role of its name.
    keys
        The keys an entry takes beside those of a file.
    many
        Whether it takes several entries.
    example
        What a project file may say, for the reference of keys.
    columns
        The columns it adds to the sites, one or several; ``@joined(name)`` registers the function that fills them.
    section
        The table of the project file its key stands in: ``evidence`` for what is no layer but a table with a join of
        its own.

    Raises
    ------
    SitePriorError
        When the name or a column stands already, the function asks for what no reader is given, or ``published`` is
        left out and the catalogue has no such role.
    """
    _refuse_words("source", name, title=title, meaning=meaning)
    publication = _publication(name, published)
    declared = _columns_of(columns, f"source '{name}'")

    def register(read: Reader) -> Reader:
        _after_what_ships(read)
        _refuse_unknown(read, READ_WITH, f"source '{name}'")
        again = name in _SOURCES and same_function(read, _SOURCES[name].read)
        refuse_taken(section, name, Sources.model_fields if section == "sources" else (), again=again)
        schema.extend("sites", declared)
        _publish(name, published, f"{section}.{name}", again=again)
        register_key(RegisteredKey(section, name, keys, many, meaning, example), again=again)
        _SOURCES[name] = Source(name, title, meaning, publication, read, declared, section=section)
        return read

    return register


def joined(name: str) -> Callable[[Join], Join]:
    """Register the function that makes a source's columns: on the index of the sites, as declared.

    Raises
    ------
    SitePriorError
        When no such source is registered, it has a join, or the function asks for what no join is given.
    """
    if name not in _SOURCES:
        raise SitePriorError(unknown("source", name, _SOURCES))

    def register(join: Join) -> Join:
        _refuse_unknown(join, JOINED_WITH, f"source '{name}'")
        stands = _SOURCES[name].join
        if stands is not None and not same_function(join, stands):
            raise SitePriorError(f"source '{name}': is joined by {stands.__name__} already; register one join")
        _SOURCES[name].join = join
        return join

    return register


def evidence(
    name: str,
    *,
    title: str,
    meaning: str,
    layers: Mapping[str, Stated] | Iterable[Mapping[str, Stated]],
    published: Published | None = None,
    keys: type[File] = File,
    many: bool = False,
    example: str | Mapping[str, str | int] = "file.gpkg",
    on_by_default: bool = False,
    none: Mapping[str, str] | None = None,
    described_by: Mapping[str, str] | None = None,
) -> Callable[[LayerReader], LayerReader]:
    """Register a function as the reader of an evidence layer: files in, layer, issues and provenance out.

    A layer of features says where it looked (``extent``): inside, nothing there is a known zero; outside, and where it
    does not say, a site that no feature meets is missing, not zero.

    Parameters
    ----------
    name
        Its key in ``[evidence]``; also its role in the record of inputs.
    title, meaning, published, keys, many, example
        As for :func:`source`.
    layers
        The columns it becomes, one or several, each as ``[[layers]]`` of a project file declares one, without ``path``:
        ``name``, ``kind``, ``measure``, and where it serves for one ``criterion``, ``gate`` or ``signal``. Numbers in
        them stand in :func:`siteprior.core.parameters.register_parameters`. The reader returns the layer, or one per
        name.
    on_by_default
        Whether its gates stand where a project says nothing; else ``[gates] <name> = true`` puts one up.
    none
        By the name of a layer with a signal, the reason where it shows nothing, such as ``no historic landfill``.
    described_by
        By the name of a layer with a signal, the layer of words that follow its reason.

    Raises
    ------
    SitePriorError
        When the name or a column stands already, a layer is not one, the function asks for what no reader is given, or
        ``published`` is left out and the catalogue has no such role.
    """
    _refuse_words("evidence", name, title=title, meaning=meaning)
    publication = _publication(name, published)
    listed = [layers] if isinstance(layers, Mapping) else list(layers or ())
    if not listed or not all(isinstance(layer, Mapping) for layer in listed):
        raise InputError(f"evidence '{name}': layers: needs a table of keys or several, got {layers!r}")
    specs = _specs_of(name, [{"title": title, **layer, "path": f"[evidence] {name}"} for layer in listed])
    columns = tuple(
        replace(column, source=publication.title, group=schema.CONSTRAINTS) for column in layer_columns(specs)
    )

    def register(read: LayerReader) -> LayerReader:
        _after_what_ships(read)
        _refuse_unknown(read, READ_WITH, f"evidence '{name}'")
        again = name in _EVIDENCE and same_function(read, _EVIDENCE[name].read)
        refuse_taken("evidence", name, again=again)
        schema.extend("sites", columns)
        _publish(name, published, f"evidence.{name}", again=again)
        limits = {
            spec.name: tuple(limit for limit in ("at_least", "at_most") if getattr(spec.gate, limit) is not None)
            for spec in specs
            if spec.gate is not None
        }
        register_key(
            RegisteredKey(
                "evidence", name, keys, many, meaning, example,
                layers=tuple(spec.name for spec in specs),
                criteria=tuple(spec.name for spec in specs if spec.criterion is not None), gates=limits,
            ),
            again=again,
        )  # fmt: skip
        _EVIDENCE[name] = EvidenceLayer(
            name, title, meaning, publication, read, specs, on_by_default, columns, dict(none or {}),
            dict(described_by or {}),
        )  # fmt: skip
        return read

    return register


def _specs_of(name: str, stated: list[dict[str, Stated]]) -> tuple[LayerSpec, ...]:
    """Return the layers of evidence, checked; those that stand where a module that is loaded again states the same."""
    stands = _EVIDENCE.get(name)
    if stands is not None and _STATED.get(name) == stated:
        return stands.specs
    if stands is not None:
        raise SitePriorError(
            f"evidence '{name}': is registered already, with other layers; use another name, or start Python anew"
        )
    specs = tuple(parse_layer(layer) for layer in stated)
    _STATED[name] = stated
    return specs


def call_with(function: Callable[..., Returned], given: Mapping[str, Given]) -> Returned:
    """Call a reader or a join with what its arguments name."""
    return function(**{name: given[name] for name in inspect.signature(function).parameters})


def _publication(name: str, published: Published | None) -> Published:
    """Return who publishes a source: as its module says, else as the catalogue has its role."""
    if published is not None:
        return published
    known = load_catalogue().roles.get(name)
    if known is None:
        raise SitePriorError(f"'{name}': state published; the catalogue has no role of that name")
    return Published(known.title, known.publisher, known.licence, known.attribution)


def _publish(name: str, published: Published | None, reads: str, *, again: bool) -> None:
    """Enter a source in the catalogue, unless it stands there."""
    if published is None:
        return
    facts = {
        "id": name, "title": published.title, "publisher": published.publisher, "licence": published.licence,
        "attribution": published.attribution, "registration": published.registration, "page": published.page,
        "address": published.file, "reads": reads, "note": published.note,
    }  # fmt: skip
    register_publication(
        name,
        Publication(published.title, published.publisher, published.licence, published.attribution),
        one_dataset(facts) if published.page else None,
        again=again,
    )


def _refuse_words(what: str, name: str, **words: str) -> None:
    """Refuse a name, or words for readers, that are no text."""
    text_of(name, name=f"{what}: name")
    for key, text in words.items():
        text_of(text, name=f"{what} '{name}': {key}")


def _columns_of(columns: Column | Iterable[Column], where: str) -> tuple[Column, ...]:
    """Return the columns declared, or refuse what is none."""
    listed = tuple(columns) if isinstance(columns, list | tuple | Iterator) else (columns,)
    faults = [
        f"{where}: columns: needs a Column or several, got {each!r}" for each in listed if not isinstance(each, Column)
    ]
    if faults:
        raise InputError(*faults)
    return listed


def _refuse_unknown(function: Reader | LayerReader | Join, known: tuple[str, ...], where: str) -> None:
    """Refuse a function that asks for what it is not given."""
    asked = inspect.signature(function).parameters
    faults = [unknown("argument", name, known, where=where) for name in asked if name not in known]
    if faults:
        raise SitePriorError(*faults)
