"""The project of the files in a folder: each named as what it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from siteprior.core.shown_text import one_line
from siteprior.pipeline.new_project.lines import Block, NewProject, entry_of, line, lines
from siteprior.pipeline.new_project.recognise import UNKNOWN, Recognised, recognise_files
from siteprior.project.kinds import Stated

ONE = ("areas", "deprivation", "streets", "elevation", "land_values", "households")
"""Keys that name one file."""

SEVERAL = {
    "registers": " Of several of one council keep the newest: older ones go under history.",
    "stops": " Of several editions of one area keep the newest.",
    "timetables": " Of several editions of one region keep the newest.",
}
"""What is to be thought of where a folder holds several files of a kind."""

NEEDS = {
    "registers": ("brownfield_land", "sites/brownfield_land.csv"),
    "stops": ("naptan", "transit/naptan_910.csv"),
    "areas": ("lsoa_2021", "boundaries/lsoa_2021.geojson"),
    "deprivation": ("iod_2025", "deprivation/iod_2025.csv"),
}
"""Keys of ``[sources]`` no project does without, with the dataset to fetch where there is no such file."""


def project_of_folder(root: Path, folder: Path, as_of: date, *, own: tuple[str, ...]) -> NewProject:
    """Return the project of the files in a folder.

    Parameters
    ----------
    root
        The folder of files.
    folder
        Where the project file will stand.
    as_of
        The day what registers say is judged on.
    own
        Names of the files a project has of its own, which are none of its data.
    """
    by_key: dict[str, list[Recognised]] = {}
    for each in recognise_files(root):
        if each.path not in own:
            by_key.setdefault(each.key, []).append(each)
    sources = [*_named(by_key, "sources"), *_lacking(by_key), *_unknown(by_key)]
    name = root.resolve().name
    return NewProject(
        title=f"Brownfield land, from the files of {name}",
        area=name,
        names="the files of a folder",
        as_of=as_of,
        sources=sources,
        evidence=_named(by_key, "evidence"),
        corridors=[each.path for each in by_key.get("corridors.paths", ())],
        data_root="." if folder.resolve() == root.resolve() else root.resolve().as_posix(),
        timetables="sources.timetables" in by_key,
    )


def _named(by_key: dict[str, list[Recognised]], table: str) -> list[Block]:
    """Return the lines of each key of a table for which there is a file."""
    blocks = []
    for key in sorted(name for name in by_key if name.startswith(f"{table}.")):
        name = key.partition(".")[2]
        entries: list[dict[str, Stated]] = [{"path": each.path, **each.keys} for each in by_key[key]]
        if name in ONE:  # of several the latest
            entries.sort(key=lambda entry: -int(str(entry.get("year") or entry.get("edition") or 0)))
        what = by_key[key][0].what
        comment = f"{what[:1].upper()}{what[1:]}.{SEVERAL.get(name, '') if len(entries) > 1 else ''}"
        if name in ONE:
            blocks.append(line(name, entries[0], comment))
            blocks += [line(name, entry, "Or this one:", off=True) for entry in entries[1:]]
        else:
            plain: list[Stated] = [entry["path"] if list(entry) == ["path"] else entry for entry in entries]
            blocks.append(lines(name, plain, comment))
    return blocks


def _lacking(by_key: dict[str, list[Recognised]]) -> list[Block]:
    """Return what the folder lacks and a project needs, behind comment signs."""
    return [
        line(name, entry_of(dataset, path), f"Not found in the folder, and needed: {name}.", off=True)
        for name, (dataset, path) in NEEDS.items()
        if f"sources.{name}" not in by_key
    ]


def _unknown(by_key: dict[str, list[Recognised]]) -> list[Block]:
    """Return the files that are none a project names, as comments."""
    listed = [one_line(f"# {each.path}: {each.what}") for each in by_key.get(UNKNOWN, ())]
    return [Block("\n".join(listed), "Files that are none of these, or not known for what they are:")] if listed else []
