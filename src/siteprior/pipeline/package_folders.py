"""The folders of packages: what siteprior wrote in them earlier, what it must not write over, and what is left behind.

A folder with several packages has ``packages.json`` beside them, which names every file of theirs. When it is written
again these files go, whatever the cut was: two cuts never stand in it side by side. What siteprior does not know to be
its own is refused before anything is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from siteprior.core.errors import InputError
from siteprior.core.files import write_text
from siteprior.core.short_repr import first_few
from siteprior.report.file_names import DOSSIERS

MANIFEST = "packages.json"
"""Names the packages of a folder and their files; for the team, not to be handed over."""

OWN = (
    "shortlist.gpkg", "sites.gpkg", "shortlist.csv", "sites.csv", "shortlist.xlsx", "sites.xlsx", "report.html",
    "run.json", "siteprior.qgz", "pictures/map.png", f"{DOSSIERS}/*.html", f"{DOSSIERS}/*.pdf",
)  # fmt: skip
"""Patterns of the files of a package: what an earlier one left of them is taken away."""

RUN = "ranking.csv"
"""Stands in every folder of a run of the team's own, and in no package."""


def own_files(folder: Path, parts: Iterable[str], *, run: Path | None = None) -> tuple[str, ...]:
    """Return patterns of the files that packages may replace or take away in a folder, or refuse the folder.

    Parameters
    ----------
    folder
        The folder to write; it need not be there.
    parts
        Names of the folders in it that get a package; none where it is to be a package itself.
    run
        The folder of the run they are made from.

    Raises
    ------
    InputError
        When the folder is that of a run or lies in one, or holds packages or files siteprior does not know of.

    Examples
    --------
    >>> import tempfile
    >>> own_files(Path(tempfile.mkdtemp()), ["birmingham"])
    ()
    """
    parts = tuple(parts)
    if (folder / RUN).is_file():
        raise InputError(f"{folder}: holds a run of the team's own; name another folder with --out")
    if run is not None and run.resolve() in (folder.resolve(), *folder.resolve().parents):
        raise InputError(f"{folder}: lies in the run's own folder {run}; name another folder with --out")
    stated = _stated(folder / MANIFEST)
    known = {PurePosixPath(name).parts[0] for name in stated if "/" in name}
    faults = [
        f"{folder / name}: holds a package that {folder / MANIFEST} does not list; take it away, or name another "
        "folder with --out"
        for name in sorted(path.parent.name for path in folder.glob("*/run.json"))
        if name not in known and name not in parts and _is_package(folder / name)
    ]
    own = [*stated, *([MANIFEST] if stated else [])]
    for name in parts or ("",):
        if (folder / name / RUN).is_file():
            faults.append(f"{folder / name}: holds a run of the team's own; name another folder with --out")
            continue
        found = sorted({path.name for pattern in OWN for path in (folder / name).glob(pattern)})
        if _is_package(folder / name):
            own += [f"{name}/{pattern}" if name else pattern for pattern in OWN]
        elif found and name not in known:
            faults.append(
                f"{folder / name}: holds {first_few(found, 3)}, which no package of siteprior's left there; take it "
                "away, or name another folder with --out"
            )
    if parts and _is_package(folder):  # it was a package itself: of another cut
        own += OWN
    if faults:
        raise InputError(*faults)
    return tuple(own)


def write_manifest(staged: Path, record: Mapping[str, Any], parts: Mapping[str, str]) -> None:
    """Write ``packages.json`` beside packages that were just written: whom they are for, and every file of each.

    Parameters
    ----------
    staged
        The folder with the packages.
    record
        What is stated of all of them.
    parts
        The folder of each part by its name.
    """
    rows = [
        {"part": part, "folder": name,
         "files": sorted(path.relative_to(staged).as_posix() for path in (staged / name).rglob("*") if path.is_file())}
        for part, name in parts.items()
    ]  # fmt: skip
    text = json.dumps({**record, "packages": rows}, indent=1, ensure_ascii=False, sort_keys=True)
    write_text(staged / MANIFEST, text + "\n")


def remove_empty(folder: Path, own: Iterable[str]) -> None:
    """Take away the folders that are empty now that files of siteprior's own have gone from them."""
    parents = {parent for name in own if "*" not in name for parent in PurePosixPath(name).parents if parent.parts}
    for parent in sorted(parents, key=lambda each: (-len(each.parts), str(each))):
        with suppress(OSError):  # not empty, or not there
            (folder / parent).rmdir()
    for name in ("pictures", DOSSIERS):
        with suppress(OSError):
            (folder / name).rmdir()


def _is_package(folder: Path) -> bool:
    """Return whether a folder holds a package: a record that states an audience, and no ranking."""
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and "audience" in record and "siteprior" in record and not (folder / RUN).is_file()


def _stated(manifest: Path) -> tuple[str, ...]:
    """Return the files a manifest names; refuse one siteprior did not write, for no name may lead out of the folder."""
    if not manifest.is_file():
        return ()
    try:
        rows = json.loads(manifest.read_text(encoding="utf-8"))["packages"]
        names = [str(name) for row in rows for name in row["files"]]
        inside = all(
            len(PurePosixPath(name).parts) > 1
            and any(PurePosixPath(*PurePosixPath(name).parts[1:]).match(pattern) for pattern in OWN)
            and not PurePosixPath(name).is_absolute()
            and not {"..", "."} & set(PurePosixPath(name).parts)
            and not set("*?[") & set(name)
            for name in names
        )
    except (OSError, ValueError, LookupError, TypeError):
        inside = False
    if not inside:
        raise InputError(f"{manifest}: was not written by siteprior; take it away, or name another folder with --out")
    return tuple(names)
