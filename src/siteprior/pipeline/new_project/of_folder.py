"""The project of the files in a folder: each named as what it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from textwrap import wrap

from siteprior.core.shown_text import one_line
from siteprior.pipeline.new_project.lines import (
    Block,
    NewProject,
    areas_entry,
    deprivation_entry,
    entry_of,
    line,
    lines,
)
from siteprior.pipeline.new_project.of_area import NATIONAL_STOPS
from siteprior.pipeline.new_project.recognise import UNKNOWN, Recognised
from siteprior.project.kinds import Stated

ONE = ("areas", "deprivation", "streets", "elevation", "land_values", "households")
"""Keys that name one file."""

SEVERAL = {
    "registers": " Of several of one council keep the newest: older ones go under history.",
    "stops": " Of several editions of one area keep the newest.",
    "timetables": " Of several editions of one region keep the newest.",
}
"""What is to be thought of where a folder holds several files of a kind."""

YOURS = "CODE OF YOUR COUNCIL"
"""What stands where only the analyst can say it: no council is called so, and the message names what there is."""

COMPLETE = {
    "registers": "Put in councils the ONS codes of yours (E08000025).",
    "stops": ("Put in the first part the ATCO area of your county (430); 910 is national rail, 940 metro and tram."),
    "areas": (
        "Put in part a box about your area in metres of EPSG:27700 (384000,261000,446000,315000), in districts your"
        " councils, by name or ONS code. Of a file of your own: path, code, name, district and year, with lookup where"
        " it names no district; neither dataset nor part."
    ),
    "deprivation": "It is of all England.",
}
"""What the analyst completes in the line of a file that is not there."""

WIDTH = 110
"""Letters of a comment in a line."""

NO_DISTRICT = (
    ' They name no district: add district = "LAD24CD", lookup = {path = "…"} with the table that has it, and'
    ' districts = ["…"], your councils.'
)
"""What is to be completed where the file of areas does not say which council each lies in."""


NEEDED_BESIDE = {
    "sales": (
        "postcodes",
        " Not read yet: sales need postcodes to place them (OS Code-Point Open; siteprior fetch --list says where it is"
        " published). Name it as postcodes, then take the # away.",
    ),
    "elevation": (
        "streets",
        " Not read yet: heights count on streets only. Name streets (OpenStreetMap; siteprior fetch --list), then take"
        " the # away.",
    ),
}
"""Keys that a project may name only beside another: that one, and why their lines stand behind comment signs."""


def project_of_folder(
    found: Iterable[Recognised], root: Path, folder: Path, as_of: date, *, own: tuple[str, ...]
) -> NewProject:
    """Return the project of the files in a folder.

    Parameters
    ----------
    found
        What each of them is, as :func:`recognise_files` says.
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
    for each in found:
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
        if name == "areas" and "district" not in entries[0]:
            comment += NO_DISTRICT
        beside, why = NEEDED_BESIDE.get(name, (name, ""))
        off = f"{table}.{beside}" not in by_key
        comment += why if off else ""
        if name in ONE:
            blocks.append(line(name, entries[0], comment, off=off))
            blocks += [line(name, entry, "Or this one:", off=True) for entry in entries[1:]]
        else:
            plain: list[Stated] = [entry["path"] if list(entry) == ["path"] else entry for entry in entries]
            blocks.append(lines(name, plain, comment, off=off))
    return blocks


def _lacking(by_key: dict[str, list[Recognised]]) -> list[Block]:
    """Return what the folder lacks and a project needs, behind comment signs, with the keys the analyst completes."""
    codes: list[Stated] = [YOURS]
    registers: list[Stated] = [entry_of("brownfield_land", "sites/brownfield_land.csv", councils=codes)]
    stops: list[Stated] = [
        entry_of("naptan", "transit/naptan_own.csv", "YOUR ATCO AREA"),
        *(entry_of("naptan", f"transit/naptan_{part}.csv", part) for part in NATIONAL_STOPS),
    ]
    needed = {
        "registers": lines("registers", registers, off=True),
        "stops": lines("stops", stops, off=True),
        "areas": line("areas", areas_entry("WEST,SOUTH,EAST,NORTH", codes), off=True),
        "deprivation": line("deprivation", deprivation_entry(), off=True),
    }
    blocks = []
    for name, block in needed.items():
        if f"sources.{name}" not in by_key:
            first, *more = wrap(f"Not found in the folder, and needed: {name}. {COMPLETE[name]}", WIDTH)
            blocks.append(Block("\n".join([*(f"# {rest}" for rest in more), block.text]), first))
    return blocks


def _unknown(by_key: dict[str, list[Recognised]]) -> list[Block]:
    """Return the files that are none a project names, as comments."""
    listed = [one_line(f"# {each.path}: {each.what}") for each in by_key.get(UNKNOWN, ())]
    return [Block("\n".join(listed), "Files that are none of these, or not known for what they are:")] if listed else []
