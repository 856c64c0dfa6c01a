"""Registered sources and evidence: one stage reads all a project names, one joins them; what they are judged by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from inspect import signature
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from siteprior.core.all_faults import AllFaults
from siteprior.core.errors import InputError
from siteprior.core.files import Input
from siteprior.core.issues import Reading, issue_table
from siteprior.core.progress import Progress
from siteprior.core.schema import Column
from siteprior.pipeline.faults import placed
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.registered_inputs import Registered
from siteprior.pipeline.result import Result
from siteprior.project import load
from siteprior.project.files import File
from siteprior.project.layers import Layer, LayerSpec, VectorLayer
from siteprior.project.load import Project
from siteprior.ranking.criteria import Criterion
from siteprior.ranking.gates import Gate
from siteprior.sources.registry import EVIDENCE, SOURCES, EvidenceLayer, Given, call_with, discover

EXTENT = "layer extent"
"""The role of a file of polygons that states where a layer looked; the project names it inside an entry."""


def load_project(path: Path | str, *, data_root: Path | str | None = None) -> Project:
    """Read and validate a project file; the sources and evidence that ship with siteprior are known to it.

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
    discover()
    return load.load_project(path, data_root=data_root)


def read_registered(result: Result, progress: Progress) -> Result:
    """Read every registered source and evidence layer the project names."""
    project, log = result.project, ReadLog.of(result.project)
    given: dict[str, Given] = {
        "areas": result.areas,
        "study_area": result.study_area,
        "postcodes": result.postcodes,
        "as_of": project.project.as_of,
        "find": lambda path: project.find_one(File(path=path)),
    }
    tables: dict[str, pd.DataFrame] = {}
    layers, specs = list[Layer](), list[LayerSpec]()
    faults = AllFaults()
    for name, source in SOURCES.items():
        if entries := source.entries(project):
            progress(f"Reading {source.title[:1].lower()}{source.title[1:]}")
            with faults.kept(), placed(project, *entries):
                files = _files_of(project, entries, source.read)
                reading = call_with(source.read, {**given, **files.given})
                log.add(name, files.stated(reading.provenance), Reading(None, reading.issues, reading.provenance))
                tables[name] = reading.table
    for name, evidence in EVIDENCE.items():
        if entries := project.evidence.named(name):
            progress(f"Reading {evidence.title[:1].lower()}{evidence.title[1:]}")
            with faults.kept(), placed(project, *entries):
                files = _files_of(project, entries, evidence.read)
                looked = call_with(evidence.read, {**given, **files.given})
                own = tuple(read for read in looked.provenance if read.role != EXTENT)
                log.add(name, files.stated(own), Reading(None, looked.issues, own))
                for extent in (read for read in looked.provenance if read.role == EXTENT):
                    log.add("layer", File(path=extent.file), Reading(None, issue_table([]), (extent,)))
                layers += _layers_of(evidence, looked.table)
                path = ", ".join(entry.path for entry in entries)
                specs += [spec.model_copy(update={"path": path}) for spec in evidence.specs]
    faults.refuse_or_go_on()
    return replace(result.with_log(log), registered=Registered(tables, tuple(layers), tuple(specs)))


def measure_evidence(result: Result) -> pd.DataFrame:
    """Return the layers of registered evidence at the sites, one column each.

    Raises
    ------
    InputError
        When a layer is of another place or year than the sites; of all layers at once.
    """
    from siteprior.joins.layers import join_layers

    read, project = result.registered, result.project
    with placed(project, *(entry for name in EVIDENCE for entry in project.evidence.named(name))):
        return join_layers(result.table, read.layers, read.specs, shapes=result.shapes)


def join_registered(result: Result, _progress: Progress) -> Result:
    """Join the registered sources and evidence to the sites; the columns of what the project does not name are blank.

    Raises
    ------
    InputError
        When a join returns another index than the sites', or lacks a column it declared.
    """
    from siteprior.joins._geometry import declared_columns

    sites, read = result.table, result.registered
    measured = measure_evidence(result)
    values = {
        spec.name: _without_unsurveyed(measured[spec.name], layer, spec)
        for layer, spec in zip(read.layers, read.specs, strict=True)
    }
    columns = list[Column]()
    for name, source in SOURCES.items():
        columns += source.columns
        if name in read.tables and source.join is not None:
            (entry, *_) = source.entries(result.project)
            given: dict[str, Given] = {
                "sites": sites, "table": read.tables[name], "shapes": result.shapes, "areas": result.areas,
                "entry": entry,
            }  # fmt: skip
            new = call_with(source.join, given)
            lacking = [column.name for column in source.columns if column.name not in new]
            if lacking or not new.index.equals(sites.index):
                what = f"lacks the columns {', '.join(lacking)}" if lacking else "is not on the index of the sites"
                raise InputError(f"source '{name}': what its join returns {what}; return them all, on that index")
            values |= {column.name: new[column.name] for column in source.columns}
    columns += [column for evidence in EVIDENCE.values() for column in evidence.columns]
    return result.with_columns("registered", declared_columns(sites.index, columns, values))


def _without_unsurveyed(values: pd.Series, layer: Layer, spec: LayerSpec) -> pd.Series:
    """Return what was measured without its zeros where it is not stated where the layer looked: they are not known."""
    stated = not isinstance(layer, VectorLayer) or layer.extent is not None
    if stated or spec.measure not in ("within", "share", "count"):
        return values
    return values.mask(values == ("no" if spec.measure == "within" else 0))


def evidence_criteria(project: Project) -> dict[str, Criterion]:
    """Make criteria of the evidence layers the project names, where they declare one."""
    from siteprior.ranking.user_layers import user_criteria

    return {
        name: replace(criterion, source=evidence.published.title, confidence="proposal")
        for evidence in _named(project)
        for name, criterion in user_criteria(evidence.specs).items()
    }


def evidence_gates(project: Project) -> dict[str, Gate]:
    """Make gates of the evidence layers the project names, where they declare one; they stand as registered."""
    from siteprior.ranking.user_layers import user_gates

    return {
        code: replace(
            gate, why=f"{evidence.title}: {gate.why.removeprefix('Own layer: ')}", source=evidence.published.title,
            default=evidence.on_by_default,
        )
        for evidence in _named(project)
        for code, gate in user_gates(evidence.specs).items()
    }  # fmt: skip


def evidence_signals(result: Result, sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the signals of market failure the evidence layers show, each with its publication as the source."""
    from siteprior.joins.layers import layer_signals

    specs = result.registered.specs
    titles = {spec.name: evidence.title for evidence in EVIDENCE.values() for spec in evidence.specs}
    none = {name: words for evidence in EVIDENCE.values() for name, words in evidence.none.items()}
    beside = {name: column for evidence in EVIDENCE.values() for name, column in evidence.described_by.items()}
    rows = layer_signals(sites, specs, shapes=result.shapes, none=none, beside=beside)
    sources = {f"own layer {spec.name}: {spec.path}": f"{titles[spec.name]}: {spec.path}" for spec in specs}
    return rows.assign(source=rows["source"].replace(sources))


def _named(project: Project) -> list[EvidenceLayer]:
    """Return the evidence the project names."""
    return [evidence for name, evidence in EVIDENCE.items() if project.evidence.named(name)]


class _Files(NamedTuple):
    """The files of one source: what a reader may ask of them, and the entry each stands under."""

    given: dict[str, Given]
    entries: tuple[File, ...]

    def stated(self, read: Sequence[Input]) -> File | Sequence[File]:
        """Return what the project says of each file that was read; of the first entry where they are others."""
        return self.entries if len(self.entries) == len(read) else self.entries[0]


def _files_of(project: Project, entries: tuple[File, ...], read: Callable[..., object]) -> _Files:
    """Find the files a project names at one key, with what else hangs on them that the reader asks for."""
    found = [(entry, *place) for entry in entries for place in project.find(entry)]
    given: dict[str, Given] = {
        "paths": [path for _, path, _ in found],
        "files": [label for *_, label in found],
        "entry": entries[0],
        "entries": entries,
        "stated": tuple(entry for entry, *_ in found),
    }
    if "cache" in signature(read).parameters:  # the folder is made, or found unwritable, only where it is used
        given["cache"] = project.cache
    return _Files(given, tuple(entry for entry, *_ in found))


def _layers_of(evidence: EvidenceLayer, read: Layer | Mapping[str, Layer]) -> list[Layer]:
    """Return one layer per declaration: the one that was read for all, or each by its name."""
    if not isinstance(read, Mapping):
        return [read] * len(evidence.specs)
    lacking = [spec.name for spec in evidence.specs if spec.name not in read]
    if lacking:
        raise InputError(f"evidence '{evidence.name}': its reader returns no layer {', '.join(lacking)}")
    return [read[spec.name] for spec in evidence.specs]
