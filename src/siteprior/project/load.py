"""The project file: one TOML that says what to read, from when, and what counts; validated whole, then frozen.

Paths stand relative to ``data_root``, which is relative to the project file and overridden by the environment
variable ``SITEPRIOR_DATA_ROOT``. Nothing in the file is ever evaluated as code.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from inspect import Parameter, Signature
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, NamedTuple, Self

from pydantic import Field, JsonValue, ModelWrapValidatorHandler, PrivateAttr, ValidationError, model_validator

from siteprior.core.all_faults import AllFaults
from siteprior.core.cache_folder import cache_folder
from siteprior.core.errors import InputError, ProjectError, unknown
from siteprior.core.files import as_path
from siteprior.core.renamed import warn_renamed, with_new_keys
from siteprior.core.short_repr import counted, html_table, shortened, size_of
from siteprior.project.datasets import Dataset, OwnDatasets, registered_datasets, shipped_datasets, with_ids
from siteprior.project.decision import Programme, Robustness
from siteprior.project.faults import Fault, address, faults_of, keys_of, several
from siteprior.project.files_named import files_named
from siteprior.project.find_files import Found, files_at
from siteprior.project.gates_weights import SET, Gates, Weights, usual_set
from siteprior.project.kinds import Settings, Stated, key, with_keys_hidden
from siteprior.project.layer_checks import Layers
from siteprior.project.layer_uses import use_faults
from siteprior.project.model import (
    Access,
    Assumptions,
    Corridors,
    File,
    Head,
    Opportunities,
    Publish,
    Ranking,
    Shortlist,
    Sources,
)
from siteprior.project.names import Names
from siteprior.project.read_toml import read_toml
from siteprior.project.registered import Evidence
from siteprior.project.scenarios import Scenarios
from siteprior.project.toml_lines import Path as TomlPath
from siteprior.project.toml_lines import key_lines, line_of
from siteprior.project.value_places import as_written, place_of

DATA_ROOT_VARIABLE = "SITEPRIOR_DATA_ROOT"


class Project(Settings):
    """A validated project; frozen. ``data_root`` is the folder its source paths stand under.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> data = shipped("data")
    >>> project = sp.load_project(data / "demo.toml", data_root=data)
    >>> project.project.as_of.isoformat(), project.shortlist.n
    ('2026-01-31', 25)
    """

    file: Annotated[Path, Field(exclude=True)]
    data_root: Annotated[Path, Field(exclude=True)]
    project: Annotated[Head, key("What the project is called, and its days")]
    sources: Annotated[Sources, key("The files, by role")]
    evidence: Annotated[Evidence, key("Published evidence, by name")] = Field(default_factory=Evidence)
    datasets: Annotated[OwnDatasets, key("Datasets of your own, by id")] = Field(default_factory=dict)
    corridors: Annotated[Corridors, key("The corridors")] = Corridors()
    access: Annotated[Access, key("Choices on walks and timetables")] = Access()
    layers: Annotated[Layers, key("Layers of your own")] = ()
    scenarios: Annotated[Scenarios, key("Supposed changes of the transit supply")] = ()
    opportunities: Annotated[Opportunities, key("Which sites are plots of one")] = Opportunities()
    ranking: Annotated[Ranking, key("What is ranked")] = Ranking()
    robustness: Annotated[Robustness, key("How sure the ranking is")] = Robustness()
    gates: Annotated[Gates, key("Departures from the default gates")] = Field(default_factory=dict)
    weights: Annotated[Weights, key("The weights of the criteria")] = Field(default_factory=dict)
    assumptions: Annotated[Assumptions, key("Choices of your own")] = Field(default_factory=Assumptions)
    shortlist: Annotated[Shortlist, key("The shortlist")]
    programme: Annotated[Programme | None, key("What a budget is to buy")] = None
    publish: Annotated[Publish, key("What a run leaves beside its tables")] = Publish()
    _lines: Mapping[TomlPath, int] = PrivateAttr(default_factory=dict)
    _kept: Mapping[TomlPath, Sequence[int]] = PrivateAttr(default_factory=dict)
    _root_overridden: bool = PrivateAttr(default=False)

    @model_validator(mode="wrap")
    @classmethod
    def _across_tables(cls, value: Stated | Self, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Add to the faults of the tables those between them."""
        faults = _faults_across(value) if isinstance(value, Mapping) else []
        try:
            project = handler(value)
        except ValidationError as error:
            raise several([*faults_of(error, cls), *faults]) from None
        if faults:
            raise several(faults)
        return project

    def settings(self) -> dict[str, JsonValue]:
        """Return what the project states, defaults included, without the keys of addresses, for the record of a run."""
        stated: dict[str, JsonValue] = self.model_dump(mode="json", exclude_none=True)
        return {name: table for name, table in stated.items() if table or name not in ("evidence", "datasets")}

    def __repr__(self) -> str:
        """Say which project it is, and what it names."""
        own = ((self.layers, "layer"), (self.scenarios, "scenario"))
        named = [*_stated(self.sources), *(counted(len(each), noun) for each, noun in own if each)]
        return shortened(f"{self._head()}; {', '.join(named)}")

    def _head(self) -> str:
        """Say which project it is."""
        return f"Project {self.name}: {self.project.title}; as of {self.project.as_of}"

    def __str__(self) -> str:
        """Say which project it is, and what it names."""
        return repr(self)

    def _repr_html_(self) -> str:
        """Show the tables of the project file in a notebook, as far as it states them."""
        tables = {name: getattr(self, name) for name in _stated(self) if name not in ("file", "data_root")}
        rows = {name: _shown(part) if isinstance(part, Settings) else size_of(part) for name, part in tables.items()}
        return html_table(self._head(), ("table", "states"), rows)

    @property
    def name(self) -> str:
        """The project's short name: its file's name without ending."""
        return self.file.stem

    @property
    def network_date(self) -> date:
        """The day for which stops are open or planned: ``network_date``, else ``as_of``."""
        return self.project.network_date or self.project.as_of

    @property
    def rules_date(self) -> date:
        """The day whose fund rules hold: ``assumptions.rules_date``, else the network date."""
        return self.assumptions.rules_date or self.network_date

    @property
    def weight_set(self) -> str | None:
        """The named set of weights that holds; ``None`` where the project states weights of its own.

        Where it states nothing, a project with timetables is ranked by what runs (``timetabled``).
        """
        named = self.weights.get(SET)
        if named is not None:
            return str(named)
        if self.weights:
            return None
        return usual_set(timetables=bool(self.sources.timetables))

    @property
    def catalogue(self) -> Mapping[str, Dataset]:
        """The datasets its files may be of, by id: those that ship with siteprior, and its own."""
        return MappingProxyType({**shipped_datasets(), **registered_datasets(), **with_ids(self.datasets)})

    def dataset_of(self, entry: File) -> Dataset | None:
        """Return the dataset an entry is of; ``None`` where it names none."""
        return self.catalogue[entry.dataset] if entry.dataset else None

    @property
    def cache(self) -> Path | None:
        """The folder of what is kept between runs (:func:`cache_folder`); ``None`` where it cannot be written."""
        return cache_folder()

    @property
    def root_overridden(self) -> bool:
        """Whether the environment's data root is taken in place of the one the project file states."""
        return self._root_overridden

    def find(self, entry: File) -> list[Found]:
        """Return the files an entry names, each with the label the outputs carry (its path under ``data_root``).

        A path that is not there is looked for beside the project file; an entry without a path names none.

        Raises
        ------
        InputError
            When a path or a pattern finds nothing: with its line in the project file, the folders that were looked in
            and the nearest name there.
        """
        if not entry.path:  # what ships takes the place of a file
            return []
        at = place_of(entry, self)
        return self._find(entry.path, None if at is None else (*at, "path"))

    def _find(self, stated: str, at: TomlPath | None) -> list[Found]:
        try:
            return files_at(stated, self.data_root, self.file.parent)
        except InputError as fault:
            raise InputError(*(text if at is None else self.at(at, text) for text in fault.faults)) from None

    def refuse_missing(self) -> None:
        """Refuse a project whose files are not all there, before the first is read: all of them at once.

        A project may be loaded before its files are fetched, so :func:`load_project` does not ask for them.

        Raises
        ------
        InputError
            Naming each file, or pattern that finds none, with its line in the project file and its key.
        """
        if not self.data_root.is_dir():
            line = line_of(self._lines, ("project", "data_root"))
            place = f"{self.file}:{line}" if line else str(self.file)
            raise InputError(
                f"{place}: data_root: there is no folder {self.data_root}; mend it, or set {DATA_ROOT_VARIABLE}; "
                "siteprior fetch makes it, with the files that have an address"
            )
        faults = AllFaults()
        for at, stated in files_named(self):
            with faults.kept():
                self._find(stated, at)
        faults.refuse()

    def at(self, path: TomlPath, text: str) -> str:
        """Return a sentence with the place in the project file before it that it is about: file, line and key."""
        stated = as_written(path, self._kept)
        line = line_of(self._lines, stated)
        return f"{self.file}:{line}: {address(stated)}: {text}" if line else f"{self.file}: {address(stated)}: {text}"

    def find_one(self, entry: File) -> tuple[Path, str]:
        """Return the one file an entry names, and its label.

        Raises
        ------
        ProjectError
            When a pattern matches several.
        InputError
            When there is no such file.
        """
        found = self.find(entry)
        if len(found) > 1:
            text = f"{entry.path}: matches {len(found)} files; name the one to read"
            at = place_of(entry, self)
            raise ProjectError(f"{self.file}: {text}" if at is None else self.at((*at, "path"), text))
        return found[0]


Project.__signature__ = Signature([Parameter("settings", Parameter.VAR_KEYWORD)])
"""What a help shows: a project comes from a file, and its nineteen tables and their defaults fill a screen."""


def _stated(table: Settings) -> list[str]:
    """Return the keys of a table that the project file states, in the order they are declared in."""
    return [name for name in type(table).model_fields if name in table.model_fields_set]


def _shown(table: Settings) -> str:
    """Return what a table states, for a notebook: single values as they are, of all else the key."""
    values = {name: getattr(table, name) for name in _stated(table)}
    plain = {name: isinstance(value, str | int | float | date) for name, value in values.items()}
    return ", ".join(f"{name} = {size_of(value)}" if plain[name] else name for name, value in values.items())


def load_project(path: Path | str, *, data_root: Path | str | None = None) -> Project:
    """Read and validate a project file.

    Parameters
    ----------
    path
        The TOML file.
    data_root
        The folder the source paths stand under; else ``SITEPRIOR_DATA_ROOT``, else what the file says.

    Raises
    ------
    InputError
        When ``path`` or ``data_root`` is no path.
    ProjectError
        Naming every fault at once: keys that are not known (with those that are), missing ones, wrong kinds; or that
        the file cannot be read.

    Warns
    -----
    RenamedWarning
        When a key bears the name it had in an earlier release.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> load_project(shipped("data") / "demo.toml").project.illustrative
    True
    """
    written = read_project_file(path, data_root=data_root)
    project, faults = validated(written, written.settings, names=Names.of(written.settings))
    if project is None or faults or written.faults:
        raise ProjectError(*sentences_of(written, [*written.faults, *faults]))
    return project


class Written(NamedTuple):
    """A project file as it was read: its tables with today's keys, on which line each key stands, and old faults.

    ``overridden`` says whether the data root it states gave way to the environment's.
    """

    file: Path
    data_root: Path
    settings: dict[str, Stated]
    lines: dict[TomlPath, int]
    faults: list[Fault]
    overridden: bool = False


def read_project_file(path: Path | str, *, data_root: Path | str | None = None) -> Written:
    """Read a project file without validating it: what :func:`load_project` begins with."""
    file = as_path(path, name="path", what="a project file")
    if data_root is not None:
        as_path(data_root, name="data_root", what="a folder")
    text, settings = read_toml(file)
    settings, old_keys, doubled = with_new_keys(settings)
    lines = key_lines(text)
    for at, new in old_keys.items():
        warn_renamed(f"{file}:{lines.get(at)}: {address(at[:-1])}", {str(at[-1]): new})
        lines[(*at[:-1], new)] = lines[at]
    head = settings.get("project")
    stated = head.get("data_root", ".") if isinstance(head, dict) else "."
    own_root = file.parent / str(stated).replace("\\", "/")
    elsewhere = os.environ.get(DATA_ROOT_VARIABLE)
    root = Path(data_root or elsewhere or own_root)
    overridden = bool(
        elsewhere and not data_root and isinstance(head, dict) and "data_root" in head
        and root.absolute().resolve() != own_root.absolute().resolve()
    )  # fmt: skip
    faults = [
        Fault((name,), unknown("key", name, keys_of(Project)), ()) for name in ("file", "data_root") if name in settings
    ]
    faults += [
        Fault(at, f"is the old name of '{new}', which stands beside it; keep '{new}' alone")
        for at, new in doubled.items()
    ]
    return Written(file, root, settings, lines, faults, overridden)


def validated(
    written: Written,
    settings: Mapping[str, Stated],
    *,
    names: Names,
    kept: Mapping[TomlPath, Sequence[int]] | None = None,
) -> tuple[Project | None, list[Fault]]:
    """Return the project some tables make, else ``None`` and what is wrong with them."""
    # what downloads needs its url whole; nothing else of the file is an address to be used
    stated = {name: with_keys_hidden(table, but=("url", "address", "addresses")) for name, table in settings.items()}
    try:
        project = Project.model_validate(
            {**stated, "file": written.file, "data_root": written.data_root}, context=names
        )
    except ValidationError as error:
        return None, faults_of(error, Project)
    project._lines, project._kept, project._root_overridden = written.lines, kept or {}, written.overridden
    return project, []


def sentences_of(written: Written, faults: Iterable[Fault]) -> list[str]:
    """Return a sentence per fault of a project file, in the order of the lines they stand on."""
    placed = sorted(((line_of(written.lines, fault.at) or 0, fault) for fault in faults), key=lambda pair: pair[0])
    file = written.file
    return [f"{file}:{line}: {fault.sentence()}" if line else f"{file}: {fault.sentence()}" for line, fault in placed]


def _faults_across(stated: Mapping[str, object]) -> list[Fault]:
    """Return what the tables of a project file lack of each other."""
    head, sources = (table if isinstance(table := stated.get(name), Mapping) else {} for name in ("project", "sources"))
    faults = []
    if sources and not (sources.get("registers") or sources.get("own_sites")):
        faults.append(Fault(("sources",), "names no sites; give registers, own_sites or both"))
    if sources.get("sales") and not sources.get("postcodes"):
        words = "names sales but no postcodes to place them by; give postcodes (Code-Point Open)"
        faults.append(Fault(("sources", "sales"), words, ("sources",)))
    if sources.get("sales") and not head.get("price_date"):
        words = "names sales; give [project] price_date, the day to value on"
        faults.append(Fault(("sources", "sales"), words, ("sources",)))
    if sources.get("elevation") and not sources.get("streets"):
        words = "names elevation but no streets: heights count on streets only; give streets, or leave elevation out"
        faults.append(Fault(("sources", "elevation"), words, ("sources",)))
    return [*faults, *use_faults(stated)]
