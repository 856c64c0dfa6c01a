"""``siteprior init``: a project file for any part of England, a note on what to fetch by hand, and its corridors."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from siteprior.core.authorities import (
    Authority,
    authorities_of,
    combined_authority_code,
    grown_in,
    short_name,
    whole_name,
)
from siteprior.core.councils import COMBINED_AUTHORITIES
from siteprior.core.errors import InputError
from siteprior.core.files import as_path, write_text
from siteprior.core.shown_text import one_line
from siteprior.pipeline.new_project.lines import NewProject
from siteprior.pipeline.new_project.of_area import CORRIDORS, KNOWN_AREAS, file_stem, project_of_area
from siteprior.pipeline.new_project.of_folder import project_of_folder
from siteprior.pipeline.new_project.recognise import Recognised, recognise_files
from siteprior.project.reference import toml_value
from siteprior.ranking.scoring import default_weights

if TYPE_CHECKING:
    from jinja2 import Environment

PROJECT, NOTE = "project.toml", "README.md"
"""The project file, and the note beside it."""

FIRST_YEAR = 2017
"""The year councils first had to keep a register (SI 2017/403)."""

CORRIDOR_HEADER = "corridor,kind,order,stop_name,atco,easting,northing,state,state_date,statement_date\n"
"""The columns of a table of corridors that is still to be filled in."""

_COMMA = re.compile(r",(?!\s*(?:city|county) of\s*(?:,|$))", re.IGNORECASE)
"""What parts names: no comma within one, as in Bristol, City of."""

WITHOUT_CORRIDORS = {"corridor_access": "station_access"}
"""What is weighed in the place of a criterion where no corridor is known."""


def init_project(
    area: str | Iterable[str] | None = None,
    *,
    from_folder: Path | str | None = None,
    out: Path | str | None = None,
    as_of: date | None = None,
) -> Path:
    """Write a project file for an area of England, or the files of a folder; nothing is downloaded.

    Beside ``project.toml`` stand ``README.md``, which says what to fetch by hand, and
    ``corridors.csv``. :func:`siteprior.fetch` brings the files.

    Parameters
    ----------
    area
        ``"wmca"``, or codes or names of local authorities, a combined authority or a county, also
        of one abolished, or London: one text with commas, or several.
    from_folder
        A folder of files that are there: each is named as what it is. Without ``area``.
    out
        The folder to write; named after the area, or ``from_folder``, when ``None``.
    as_of
        The day registers are judged on; today when ``None``.

    Returns
    -------
    Path
        The project file.

    Raises
    ------
    InputError, OutputError
        When the area is unknown, neither or both are given, a file is there already, or the
        folder cannot be written.

    Examples
    --------
    >>> import siteprior as sp
    >>> file = sp.init_project("E47000001", out="manchester", as_of=date(2026, 11, 29))
    >>> len(sp.load_project(file).sources.areas.districts)
    10
    """
    return write_new_project(area, from_folder=from_folder, out=out, as_of=as_of).file


class Written(NamedTuple):
    """A new project file; of the files of a folder what each of them is; and what to know of the area."""

    file: Path
    found: tuple[Recognised, ...] = ()
    notes: tuple[str, ...] = ()


def write_new_project(
    area: str | Iterable[str] | None, *, from_folder: Path | str | None, out: Path | str | None, as_of: date | None
) -> Written:
    """Write a project as :func:`init_project`; return its file, and what the files of ``from_folder`` are.

    Raises
    ------
    InputError, OutputError
        As :func:`init_project`.
    """
    if (area is None) == (from_folder is None):
        raise InputError(
            "area: name an area (wmca, a combined authority's code, or codes of councils), or a folder of files with "
            "from_folder; one of the two"
        )
    day = date.today() if as_of is None else as_of
    if day.year < FIRST_YEAR:
        raise InputError(f"as_of: {day} is before the first registers, of {FIRST_YEAR}; give a day since then")
    if from_folder is not None:
        root = as_path(from_folder, name="from_folder", what="a folder")
        folder = root if out is None else as_path(out, name="out", what="a folder")
        found = recognise_files(root)  # before the project's own files stand among them
        done = project_of_folder(found, root, folder, day, own=(PROJECT, NOTE, "sources.lock"))
        return Written(_write(folder, _files(done, corridors=None if done.corridors else CORRIDOR_HEADER)), found)
    codes = _codes(area or "")
    authorities = authorities_of(codes)
    name = _area_name(codes, authorities)
    known = next((one for one, code in KNOWN_AREAS.items() if [text.upper() for text in codes] == [code]), None)
    folder = as_path(out or known or file_stem(name), name="out", what="a folder")
    notes = grown_in(codes)
    done = project_of_area(name, authorities, day, known=known, notes=notes)
    corridors = _corridors_of(known) if known else CORRIDOR_HEADER
    return Written(_write(folder, _files(done, corridors=corridors)), notes=tuple(notes))


def next_steps(file: Path) -> str:
    """Return what to do with a new project file, in words.

    Examples
    --------
    >>> print(next_steps(Path("wmca/project.toml")).splitlines()[0])
    Written: wmca/project.toml and README.md beside it, which says what to fetch by hand. Then:
    """
    path = shlex.quote(file.as_posix())
    return "\n".join([
        f"Written: {path} and {NOTE} beside it, which says what to fetch by hand. Then:",
        f"  siteprior fetch {path} --dry-run   what would be downloaded, how large, under which licence",
        f"  siteprior fetch {path}",
        f"  siteprior check {path}",
        f"  siteprior run {path} --out outputs/first",
    ])  # fmt: skip


def _codes(area: str | Iterable[str]) -> list[str]:
    """Return the codes and names an area is given by."""
    listed = _COMMA.split(area) if isinstance(area, str) else list(area)
    texts = [str(text).strip() for text in listed if str(text).strip()]
    return [KNOWN_AREAS.get(text.lower()) or combined_authority_code(text) or text for text in texts]


def _area_name(codes: Sequence[str], authorities: Sequence[Authority]) -> str:
    """Return what an area is called: the combined authority or county, or its councils."""
    known = COMBINED_AUTHORITIES.get(codes[0].upper()) if len(codes) == 1 else None
    if known is not None:
        return short_name(known)
    if len(codes) == 1 and (whole := whole_name(codes[0])):
        return whole
    names = [each.name for each in authorities]
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:3])} and {len(names) - 3} more"


def _corridors_of(known: str) -> str:
    """Return the corridors that ship with a known area."""
    return (resources.files(__package__) / "known_areas" / f"{known}_corridors.csv").read_text(encoding="utf-8")


def _files(done: NewProject, *, corridors: str | None) -> dict[str, str]:
    """Return the text of each file of a project by its name."""
    price_date = date(done.as_of.year - 1, 12, 31)
    filled = {
        **done._asdict(), "file": PROJECT, "as_of": done.as_of.isoformat(), "price_date": price_date.isoformat(),
        "weights": _weights(done),
    }  # fmt: skip
    environment = _environment()
    files = {name: environment.get_template(f"{name}.jinja").render(filled) + "\n" for name in (PROJECT, NOTE)}
    return files if corridors is None else files | {CORRIDORS: corridors}


def _weights(done: NewProject) -> dict[str, str]:
    """Return the default weights (swing points); without corridors a station takes a corridor's."""
    shares = dict[str, float]()
    for name, share in default_weights("timetabled" if done.timetables else "balanced").items():
        taken = name if done.corridors else WITHOUT_CORRIDORS.get(name, name)
        shares[taken] = shares.get(taken, 0.0) + share
    return {name: f"{share:g}" for name, share in shares.items()}


def _environment() -> Environment:
    """Return what fills the templates in: they are TOML and Markdown, and every text in them is quoted by ``toml``."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(loader=PackageLoader(__package__), undefined=StrictUndefined, autoescape=False)
    environment.filters["toml"] = toml_value
    environment.filters["line"] = one_line  # a comment ends with its line, whatever a file is called
    return environment


def _write(folder: Path, files: dict[str, str]) -> Path:
    """Write the files of a project; none is written where one is there already."""
    there = [folder / name for name in files if os.path.lexists(folder / name)]  # also a link to nowhere
    if there:
        raise InputError(
            *(f"{path}: is there already, and nothing is overwritten; name another folder with --out" for path in there)
        )
    for name, text in files.items():
        write_text(folder / name, text)
    return folder / PROJECT
