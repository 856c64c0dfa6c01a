"""The project file: one TOML that says what to read, from when, and what counts; validated whole, then frozen.

Paths stand relative to ``data_root``, which is relative to the project file and overridden by the environment
variable ``SITEPRIOR_DATA_ROOT``. Nothing in the file is ever evaluated as code.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, Field, ValidationError

from siteprior.core.errors import InputError, ProjectError, unknown
from siteprior.core.files import MEMBER
from siteprior.project.model import (
    Access,
    Assumptions,
    Corridors,
    File,
    Head,
    Layer,
    Publish,
    ScenarioSettings,
    Settings,
    Shortlist,
    Sources,
)

DATA_ROOT_VARIABLE = "SITEPRIOR_DATA_ROOT"
CACHE_VARIABLE = "SITEPRIOR_CACHE"


class Project(Settings):
    """A validated project; frozen. ``data_root`` is the folder its source paths stand under."""

    file: Path
    data_root: Path
    project: Head
    sources: Sources
    corridors: Corridors
    access: Access = Access()
    layers: tuple[Layer, ...] = ()
    scenarios: tuple[ScenarioSettings, ...] = ()
    gates: dict[str, Any] = Field(default_factory=dict)
    weights: dict[str, float | str] = Field(default_factory=dict)
    assumptions: Assumptions = Assumptions()
    shortlist: Shortlist
    publish: Publish = Publish()

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
    def cache(self) -> Path:
        """The folder of what is kept between runs: :func:`cache_folder`."""
        return cache_folder()

    def find(self, entry: File) -> list[tuple[Path, str]]:
        """Return the files an entry names, each with the label the outputs carry (its path under ``data_root``).

        Raises
        ------
        InputError
            When a path or a glob finds nothing.
        """
        root = self.data_root
        archive = entry.path.partition(MEMBER)[0] if ".zip" + MEMBER in entry.path else entry.path
        if any(mark in archive for mark in "*?["):
            found = sorted(path for path in root.glob(archive) if path.is_file())
            if not found:
                raise InputError(f"{entry.path}: no file under {root} matches; check the pattern and data_root")
            return [(path, path.relative_to(root).as_posix()) for path in found]
        if not (root / archive).is_file():
            raise InputError(f"{entry.path}: there is no such file under {root}; check the path and data_root")
        return [(root / entry.path, entry.path)]

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
    ProjectError
        Naming every fault at once: keys that are not known (with those that are), missing ones, wrong kinds.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> load_project(shipped("data") / "demo.toml").project.illustrative
    True
    """
    file = Path(path)
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ProjectError(f"{file}: there is no such project file") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise ProjectError(f"{file}: cannot be read ({fault})") from None
    except tomllib.TOMLDecodeError as fault:
        raise ProjectError(f"{file}: is not valid TOML: {fault}") from None
    own = [key for key in ("file", "data_root") if key in settings]
    if own:
        raise ProjectError(*(unknown("key", key, _keys(Project), where=str(file)) for key in own))
    head = settings.get("project")
    stated = head.get("data_root", ".") if isinstance(head, dict) else "."
    root = Path(data_root or os.environ.get(DATA_ROOT_VARIABLE) or file.parent / str(stated))
    try:
        loaded = Project.model_validate({**settings, "file": file, "data_root": root})
    except ValidationError as fault:
        raise ProjectError(*(_sentence(file, error) for error in fault.errors())) from None
    if not (loaded.sources.registers or loaded.sources.own_sites):
        raise ProjectError(f"{file}: [sources] names no sites; give registers, own_sites or both")
    return loaded


def _sentence(file: Path, error: Mapping[str, Any]) -> str:
    """Turn one finding of the validator into a sentence naming file, key, fault and fix."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return unknown("key", key, _keys(_model_at(error["loc"][:-1])), where=str(file))
    if error["type"] == "missing":
        return f"{file}: the key '{key}' is missing; add it"
    return f"{file}: key '{key}': {error['msg'][0].lower()}{error['msg'][1:]} (given: {error['input']!r})"


def _model_at(location: Iterable[Any]) -> type[BaseModel]:
    """Follow a validator's location to the settings class that stands there."""
    model: type[BaseModel] = Project
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            model = next(kind for kind in _classes(model.model_fields[part].annotation) if issubclass(kind, BaseModel))
    return model


def _classes(annotation: Any) -> Iterable[type]:
    """Yield the classes inside an annotation such as ``tuple[Register, ...]``."""
    if isinstance(annotation, type):
        yield annotation
    for inner in get_args(annotation):
        yield from _classes(inner)


def _keys(model: type[BaseModel]) -> list[str]:
    """Return the keys a table of the project file may have."""
    return [key for key in model.model_fields if not (model is Project and key in ("file", "data_root"))]
