"""The project file: one TOML that says what to read, from when, and what counts; validated whole, then frozen.

Paths stand relative to ``data_root``, which is relative to the project file and overridden by the environment
variable ``SITEPRIOR_DATA_ROOT``. Nothing in the file is ever evaluated as code.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, JsonValue, ModelWrapValidatorHandler, PrivateAttr, ValidationError, model_validator

from siteprior.core.errors import InputError, ProjectError, unknown
from siteprior.core.files import MEMBER, as_path
from siteprior.core.renamed import warn_renamed, with_new_keys
from siteprior.core.short_repr import counted, html_table, shortened, size_of
from siteprior.project.faults import Fault, address, faults_of, keys_of, several
from siteprior.project.files_named import files_named
from siteprior.project.gates_weights import SET, Gates, Weights
from siteprior.project.kinds import Settings, Stated, key
from siteprior.project.layer_checks import Layers
from siteprior.project.model import Access, Assumptions, Corridors, File, Head, Publish, Shortlist, Sources
from siteprior.project.names import Names
from siteprior.project.read_toml import read_toml
from siteprior.project.registered import Evidence
from siteprior.project.scenarios import Scenarios
from siteprior.project.toml_lines import key_lines, line_of

DATA_ROOT_VARIABLE = "SITEPRIOR_DATA_ROOT"
CACHE_VARIABLE = "SITEPRIOR_CACHE"


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
    corridors: Annotated[Corridors, key("The corridors")]
    access: Annotated[Access, key("Choices on walks and timetables")] = Access()
    layers: Annotated[Layers, key("Layers of your own")] = ()
    scenarios: Annotated[Scenarios, key("Supposed changes of the transit supply")] = ()
    gates: Annotated[Gates, key("Departures from the default gates")] = Field(default_factory=dict)
    weights: Annotated[Weights, key("The weights of the criteria")] = Field(default_factory=dict)
    assumptions: Annotated[Assumptions, key("Choices of your own")] = Field(default_factory=Assumptions)
    shortlist: Annotated[Shortlist, key("The shortlist")]
    publish: Annotated[Publish, key("What a run leaves beside its tables")] = Publish()
    _lines: Mapping[tuple[str | int, ...], int] = PrivateAttr(default_factory=dict)

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
        """Return what the project states, defaults included, for the record of a run."""
        stated: dict[str, JsonValue] = self.model_dump(mode="json", exclude_none=True)
        return {name: table for name, table in stated.items() if table or name != "evidence"}

    def __repr__(self) -> str:
        """Say which project it is, and what it names."""
        own = ((self.layers, "layer"), (self.scenarios, "scenario"))
        named = [*_stated(self.sources), *(counted(len(each), noun) for each, noun in own if each)]
        head = f"Project {self.name}: {self.project.title}; as of {self.project.as_of}"
        return shortened(f"{head}; {', '.join(named)}")

    def __str__(self) -> str:
        """Say which project it is, and what it names."""
        return repr(self)

    def _repr_html_(self) -> str:
        """Show the tables of the project file in a notebook, as far as it states them."""
        tables = {name: getattr(self, name) for name in _stated(self) if name not in ("file", "data_root")}
        rows = {
            name: ", ".join(_stated(part)) if isinstance(part, Settings) else size_of(part)
            for name, part in tables.items()
        }
        return html_table(repr(self), ("table", "states"), rows)

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
        return "timetabled" if self.sources.timetables else "balanced"

    @property
    def cache(self) -> Path:
        """The folder of what is kept between runs: :func:`cache_folder`."""
        return cache_folder()

    def find(self, entry: File) -> list[tuple[Path, str]]:
        """Return the files an entry names, each with the label the outputs carry (its path under ``data_root``).

        A path that is not there is looked for beside the project file.

        Raises
        ------
        InputError
            When a path or a glob finds nothing.
        """
        return self._find(entry.path)

    def _find(self, stated: str) -> list[tuple[Path, str]]:
        root = self.data_root
        archive = stated.partition(MEMBER)[0] if ".zip" + MEMBER in stated else stated
        if any(mark in archive for mark in "*?["):
            try:
                found = sorted(path for path in root.glob(archive) if path.is_file())
            except (NotImplementedError, ValueError) as fault:  # an absolute pattern, or ** within a name
                raise InputError(
                    f"{stated}: is no pattern under data_root ({fault}); give one such as a/*.csv"
                ) from None
            if not found:
                raise InputError(f"{stated}: no file under {root} matches; check the pattern and data_root")
            return [(path, path.relative_to(root).as_posix()) for path in found]
        if not (root / archive).is_file():
            beside = self.file.parent  # a table of the user's own, where data_root is a folder many projects share
            if (beside / archive).is_file():
                return [(beside / stated, stated)]
            raise InputError(f"{stated}: there is no such file under {root}; check the path and data_root")
        return [(root / stated, stated)]

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
            raise InputError(
                f"{self._place(line)}: data_root: there is no folder {self.data_root}; mend it, or set "
                f"{DATA_ROOT_VARIABLE}"
            )
        faults = []
        for at, stated in files_named(self):
            try:
                self._find(stated)
            except InputError as fault:
                where = f"{self._place(line_of(self._lines, at))}: {address(at)}"
                faults += [f"{where}: {text}" for text in fault.faults]
        if faults:
            raise InputError(*faults)

    def _place(self, line: int | None) -> str:
        return f"{self.file}:{line}" if line else str(self.file)

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
            raise ProjectError(f"{self.file}: {entry.path}: matches {len(found)} files; name the one to read")
        return found[0]


Project.__signature__ = Signature([Parameter("settings", Parameter.VAR_KEYWORD)])
"""What a help shows: a project comes from a file, and its sixteen tables and their defaults fill a screen."""


def _stated(table: Settings) -> list[str]:
    """Return the keys of a table that the project file states, in the order they are declared in."""
    return [name for name in type(table).model_fields if name in table.model_fields_set]


def cache_folder() -> Path:
    """Return the folder of what is kept between runs: ``SITEPRIOR_CACHE``, else the system's own place for caches."""
    stated = os.environ.get(CACHE_VARIABLE)
    if stated:
        return Path(stated)
    import pooch

    return Path(pooch.os_cache("siteprior"))


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
    root = Path(data_root or os.environ.get(DATA_ROOT_VARIABLE) or file.parent / str(stated).replace("\\", "/"))
    own = [
        Fault((name,), unknown("key", name, keys_of(Project)), ()) for name in ("file", "data_root") if name in settings
    ]
    own += [
        Fault(at, f"is the old name of '{new}', which stands beside it; keep '{new}' alone")
        for at, new in doubled.items()
    ]
    faults = own
    try:
        project = Project.model_validate({**settings, "file": file, "data_root": root}, context=Names.of(settings))
    except ValidationError as error:
        faults = [*own, *faults_of(error, Project)]
    if faults:
        placed = sorted(((line_of(lines, fault.at) or 0, fault) for fault in faults), key=lambda pair: pair[0])
        raise ProjectError(
            *(f"{file}:{line}: {fault.sentence()}" if line else f"{file}: {fault.sentence()}" for line, fault in placed)
        )
    project._lines = lines
    return project


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
    return faults
