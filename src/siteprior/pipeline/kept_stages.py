"""What did not change is not done again: what reading, joining and appraising come to is kept between runs.

Each part is kept under a key: of the files' bytes, the settings the part may read, the code to the byte, and the key of
the part before. A part sees only those settings (:data:`WITHHELD`), whether it is kept or not: so a setting that moves
a result cannot be left out of its key. A changed weight redoes the ranking; a changed cost, the appraisal.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from functools import partial
from glob import escape
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any, Never

from siteprior.core.cache_folder import CACHE_VARIABLE
from siteprior.core.callers import callers_level
from siteprior.core.code_version import code_version, is_own
from siteprior.core.errors import OutputError, RunWarning, SitePriorError
from siteprior.core.files import archive_member, is_vector_folder, sha256_of
from siteprior.core.parameters import load_parameters, parameter_rows, registered_files
from siteprior.core.progress import Progress, no_progress
from siteprior.core.sealed_results import ENDING, bound_size, load_result, own_folder, store_result
from siteprior.pipeline.result import Result
from siteprior.pipeline.stage import Stage
from siteprior.pipeline.stages import run_stages
from siteprior.project.files_named import files_named
from siteprior.project.find_files import files_at
from siteprior.project.load import Project
from siteprior.sources.fetch.lock import lock_path
from siteprior.sources.registry import EVIDENCE, SOURCES

FORMAT = 1
"""Counts up whenever results are kept otherwise."""

FRESH_VARIABLE = "SITEPRIOR_FRESH"
"""The environment variable that has every run do all its work anew, as ``--fresh`` does."""

_RANKED_BY = ("ranking", "robustness", "gates", "weights", "shortlist", "programme")
_APPRAISED_BY = (
    "assumptions.costs", "assumptions.scheme", "assumptions.additionality", "assumptions.benefits",
    "assumptions.optimism_class", "assumptions.profile", "assumptions.funds", "assumptions.rules_date",
    "assumptions.capacity_basis", "assumptions.capacity_profile", "assumptions.employment_use",
    "assumptions.employment_share",
)  # fmt: skip
_SHOWN_BY = (
    "publish.audience", "publish.notebooks", "publish.strips", "publish.gis", "publish.geoparquet", "publish.pdf",
)  # fmt: skip

WITHHELD: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "read": (*_RANKED_BY, *_SHOWN_BY, *_APPRAISED_BY, "opportunities"),
        "join": (*_RANKED_BY, "scenarios", *_SHOWN_BY, *_APPRAISED_BY),
        "appraise": (*_RANKED_BY, "scenarios", *_SHOWN_BY),
    }
)
"""The parts that are kept, in their order, and the settings each cannot read: a change of them leaves it as it is."""


def withheld(project: Project, part: str) -> tuple[str, ...]:
    """Return the settings that a part of this project cannot read.

    Reading asks whether sites have to lie along a corridor: where that gate is off, the gates are its settings, too.
    """
    along = project.gates.get("beyond_corridor_walk") is not False
    return tuple(name for name in WITHHELD[part] if name != "gates" or along or part != "read")


class _Withheld:
    """Stands where a setting was withheld from a part of the work; whatever is asked of it is refused, and noted."""

    def __init__(self, name: str, part: str, asked: list[str]) -> None:
        self._about = f"'{name}' is no setting of the part '{part}', whose results are kept without it"
        self._name, self.asked = name, asked

    def _refuse(self, *_: Any) -> Never:  # what it is compared with, of any type
        self.asked.append(self._name)
        raise SitePriorError(self._about)

    def __getattr__(self, name: str) -> Never:
        if name.startswith("__"):  # what copies and prints an object looks for
            raise AttributeError(name)
        self._refuse()

    __bool__ = __len__ = __iter__ = __getitem__ = __contains__ = __eq__ = _refuse
    __hash__ = object.__hash__


def without_settings(project: Project, part: str, asked: list[str] | None = None) -> Project:
    """Return a project as a part of the work sees it: settings that are none of its own refuse to be read.

    The names of those that are read all the same are added to ``asked``.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> from siteprior.project.load import load_project
    >>> data = shipped("data")
    >>> seen = without_settings(load_project(data / "demo.toml", data_root=data), "read")
    >>> seen.project.seed, seen.access.max_snap_m
    (2026, None)
    >>> bool(seen.weights)
    Traceback (most recent call last):
    siteprior.core.errors.SitePriorError: 'weights' is no setting of the part 'read', whose results are kept without it
    """
    whole: dict[str, Any] = {}
    within: dict[str, dict[str, Any]] = {}
    noted = [] if asked is None else asked
    for name in withheld(project, part):
        table, _, key = name.partition(".")
        if key:
            within.setdefault(table, {})[key] = _Withheld(name, part, noted)
        else:
            whole[table] = _Withheld(name, part, noted)
    for table, keys in within.items():
        whole[table] = getattr(project, table).model_copy(update=keys)
    return project.model_copy(update=whole)


def noted(project: Project) -> list[str]:
    """Return the names of the settings that were asked for and are withheld: the list itself, to be added to."""
    return next((each.asked for each in _stand_ins(project)), [])


def seen_in_part(project: Project) -> bool:
    """Return whether settings are withheld from a project."""
    return any(True for _ in _stand_ins(project))


def _stand_ins(project: Project) -> Iterator[_Withheld]:
    for table in vars(project).values():
        each = [table] if isinstance(table, _Withheld) else getattr(table, "__dict__", {}).values()
        yield from (value for value in each if isinstance(value, _Withheld))


_WORDS = MappingProxyType(
    {"read": "Reading", "join": "Joining", "appraise": "Appraising", "rank": "Ranking", "detail": "Setting out"}
)
"""What each part of the work is called where its progress shows."""


Work = Callable[..., Result]
"""What runs stages: :func:`siteprior.pipeline.stages.run_stages`, or what takes the same arguments."""


class KeptStages:
    """The stages of one project, each part of :data:`WITHHELD` taken as an earlier run kept it where it can be.

    Parameters
    ----------
    project
        The project; its files are all there.
    fresh
        Does all the work anew, and keeps nothing, as the environment variable :data:`FRESH_VARIABLE` does.
    """

    def __init__(self, project: Project, *, fresh: bool) -> None:
        self._project = project
        self._folder = None if fresh or os.environ.get(FRESH_VARIABLE) else _folder(project)
        self._before = ""
        """The key of the part before."""

    def run(
        self, result: Result, stages: Iterable[Stage], *, progress: Progress = no_progress, work: Work = run_stages
    ) -> Result:
        """Run stages, a whole part each or none of it, in their order from the first on, by ``work``.

        Raises
        ------
        SitePriorError
            What :func:`siteprior.pipeline.stages.run_stages` raises, and where a stage reads a setting withheld.
        """
        for part, every in groupby(stages, key=lambda stage: stage.part):
            together = list(every)
            own = [stage for stage in together if stage.kept]
            result = run_stages(result, [stage for stage in together if not stage.kept])
            done = partial(work, stages=own, progress=progress, what=_WORDS[part])
            result = self._part(result, part, done, progress) if part in WITHHELD else done(result)
        return result

    def _part(self, result: Result, part: str, work: Callable[[Result], Result], progress: Progress) -> Result:
        """Return the result with a part, as it was kept or run anew."""
        path = None
        if self._folder is not None:
            self._before = _key(self._project, part, self._before)
            path = self._folder / f"{part}-{self._before[:40]}{ENDING}"
            if (known := load_result(path)) is not None:
                progress(f"{_WORDS[part]}: nothing has changed since an earlier run, whose results are taken")
                return with_added(result, known)
        asked = list[str]()
        seen = replace(result, project=without_settings(self._project, part, asked))
        try:
            done = replace(work(seen), project=self._project)
        except SitePriorError:
            if not asked:
                raise
        if asked:  # it rests on a setting that is in no key, also where that went by without a fault
            done = work(result)
            asked_for = ", ".join(dict.fromkeys(asked))
            progress(f"{_WORDS[part]}: its results are not kept, for they rest on {asked_for}")
            path, self._folder = None, None
        if path is not None:
            self._keep(path, added(result, done))
        return done

    def _keep(self, path: Path, made: Mapping[str, Any]) -> None:
        """Keep what a part has made, where it can be; that it cannot is no reason to end a run, and is stated once."""
        try:
            if store_result(path, made):
                bound_size(path.parent, load_parameters("kept").number("most_gb") * 1e9)
        except OutputError as fault:
            self._folder = None
            warnings.warn(
                f"results are not kept for the next run: {fault.faults[0]}", RunWarning, stacklevel=callers_level()
            )


def _folder(project: Project) -> Path | None:
    """Return the folder of the kept results; ``None`` where there is none, or what others wrote moves a result.

    A reader, a join or a signal registered outside siteprior is in no key: nothing is kept beside one.
    """
    base = None if foreign() else project.cache
    folder = None if base is None else base / STAGES_FOLDER
    if folder is None or own_folder(folder):
        return folder
    warnings.warn(
        f"{folder}: is no folder that your user alone may write to: results of runs are neither taken from it nor kept "
        f"there, for loading one can run code; make it so (chmod 700), or name another folder in {CACHE_VARIABLE}",
        RunWarning,
        stacklevel=callers_level(),
    )
    return None


def foreign() -> bool:
    """Return whether a function that reads, joins or judges was registered outside siteprior."""
    from siteprior.appraisal.market_failure.registry import SIGNALS

    given: list[Callable[..., Any] | None] = [each.read for each in EVIDENCE.values()]
    given += [function for each in SOURCES.values() for function in (each.read, each.join)]
    given += [reading.measure for signal in SIGNALS.values() for reading in signal.readings]
    return any(each is not None and not is_own(each) for each in given)


STAGES_FOLDER = "stages"
"""The folder of the kept results, in that of what is kept between runs."""


def _key(project: Project, part: str, before: str) -> str:
    """Return what the results of a part stand under: all that may move them, in one hash."""
    settings = project.settings()
    for name in withheld(project, part):
        table, _, key = name.partition(".")
        if not key:
            settings.pop(table, None)
        elif isinstance(stated := settings.get(table), dict):
            settings[table] = {each: value for each, value in stated.items() if each != key}
    registered = [repr(row) for name in registered_files() for row in parameter_rows(name)]
    facts: list[Any] = [FORMAT, code_version(), part, before, settings, registered]
    if not before:
        facts += [str(project.file.resolve().parent), str(project.data_root.resolve()), dict(_file_hashes(project))]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def _file_hashes(project: Project) -> Iterator[tuple[str, str]]:
    """Yield each file the project names with the hash of its bytes, those beside it under the same name among them.

    A shapefile has its attributes in a file beside it, a raster its place, an edition of a download its lock.
    """
    lock = lock_path(project.file)
    beside = {lock} if lock.is_file() else set[Path]()
    for at, stated in files_named(project):
        for path, label in files_at(stated, project.data_root, project.file.parent):
            file = Path(archive_member(path)[0])
            yield f"{'.'.join(map(str, at))} {label}", str(file.resolve())
            if is_vector_folder(file):
                beside |= {each for each in file.iterdir() if each.is_file() and each.suffix != ".lock"}
            else:
                stem = file.name.partition(".")[0]
                beside |= {each for each in file.parent.glob(f"{escape(stem)}.*") if each.is_file()} | {file}
    for path in sorted(beside):
        yield str(path.resolve()), sha256_of(path)


def added(before: Result, after: Result) -> dict[str, Any]:
    """Return what a part has made: the results that are others now, and the new groups of columns."""
    made = {
        each.name: getattr(after, each.name)
        for each in fields(Result)
        if each.name not in ("project", "columns") and getattr(after, each.name) is not getattr(before, each.name)
    }
    groups = {name: table for name, table in after.columns.items() if table is not before.columns.get(name)}
    return {**made, "columns": groups}


def with_added(result: Result, kept: Mapping[str, Any]) -> Result:
    """Return the result with what a part has made, as it was kept."""
    columns = MappingProxyType({**result.columns, **kept["columns"]})
    return replace(result, **{**kept, "columns": columns})
