"""A faulty project file as far as it goes: what is wrong is named, and left out, for a check to go on with the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from datetime import date
from pathlib import Path

from siteprior.core.all_faults import AllFaults
from siteprior.core.errors import ProjectError
from siteprior.project.faults import MEANT, MISSING, Fault
from siteprior.project.kinds import Stated
from siteprior.project.load import Project, Written, read_project_file, sentences_of, validated
from siteprior.project.names import Names
from siteprior.project.toml_lines import Path as TomlPath
from siteprior.project.value_places import as_written

NOT_STATED = "(not stated)"
"""Stands for a file that has to be named and is not; a fault that names it is no fault of the user's."""

_ROUNDS = 50
_MEANT_VALUE = re.compile(r"^unknown (?!key )[^']*'([^']*)'; did you mean '([^']+)'\?")
NO_DAY = date(2100, 1, 1)
"""The day of a project that states none: nothing in its files is later."""

_REQUIRED: dict[TomlPath, Stated] = {
    ("project",): {}, ("sources",): {}, ("corridors",): {}, ("shortlist",): {},
    ("project", "title"): NOT_STATED,
    ("project", "as_of"): NO_DAY,
    ("sources", "registers"): [NOT_STATED],
    ("sources", "stops"): [NOT_STATED],
    ("sources", "areas"): {"path": NOT_STATED, "code": NOT_STATED, "year": 2021},
    ("sources", "deprivation"): {"path": NOT_STATED, "edition": 2025},
    ("corridors", "paths"): [NOT_STATED],
    ("shortlist", "n"): 1,
}  # fmt: skip
"""What takes the place of what every project has to state, where it is not there or is wrong."""


def load_past_faults(path: Path | str, *, data_root: Path | str | None = None) -> tuple[Project | None, AllFaults]:
    """Read and validate a project file; where it is faulty, return what is right of it beside its faults.

    A misspelt key is read as the one it is nearest to; what is wrong otherwise is left out, and with it the table or
    entry that cannot do without it.

    Parameters
    ----------
    path, data_root
        As for :func:`siteprior.project.load.load_project`.

    Returns
    -------
    tuple
        The project, ``None`` where nothing can be made of the file; and its faults, none where it is right.

    Raises
    ------
    InputError, ProjectError
        When ``path`` is no path, or the file cannot be read as TOML.
    """
    written = read_project_file(path, data_root=data_root)
    rest = _Rest(written)
    project, found = validated(written, written.settings, names=Names.of(written.settings))
    faults = [*written.faults, *found]
    rest.leave_out(written.faults)
    for _ in range(_ROUNDS):
        if not found:
            # Names of layers that were left out may still be used: that is no fault of the user's.
            project, found = validated(written, rest.settings, names=Names.of(rest.settings), kept=rest.kept)
            if project is not None:
                break
        else:
            faults += [fault for fault in rest.as_in_file(found) if fault not in faults and not rest.caused(fault)]
        rest.leave_out(found)
        _, found = validated(written, rest.settings, names=Names.of(rest.whole), kept=rest.kept)
    kept = AllFaults()
    if faults:
        with kept.kept():
            raise ProjectError(*sentences_of(written, faults))
    return project, kept


class _Rest:
    """What is left of the tables of a project file while the faulty parts are taken out."""

    def __init__(self, written: Written) -> None:
        self.lines = written.lines
        self.settings: dict[str, Stated] = deepcopy(written.settings)
        self.whole: dict[str, Stated] = deepcopy(written.settings)
        self.kept: dict[TomlPath, list[int]] = {}
        self.out: list[TomlPath] = []

    def as_in_file(self, faults: Iterable[Fault]) -> list[Fault]:
        """Return faults at the keys they have in the file."""
        return [
            Fault(
                as_written(fault.at, self.kept), fault.text,
                None if fault.of is None else as_written(fault.of, self.kept),
            )
            for fault in faults
        ]  # fmt: skip

    def caused(self, fault: Fault) -> bool:
        """Return whether something lacks only because it was left out: no fault of the user's."""
        return any(
            path[: len(fault.at)] == fault.at
            or fault.at[: len(path)] == path
            or (path[:-1] == fault.at[: len(path) - 1] and str(path[-1]) in fault.text)
            for path in self.out
        )

    def leave_out(self, faults: Iterable[Fault]) -> None:
        """Take faulty parts out, or put what is meant or needed in their places."""
        # the last entry of a list first, so that those before it stay where they are; where each stands in the file is
        # looked up before any is taken out
        last_first = sorted(faults, key=lambda fault: [str(part).zfill(9) for part in fault.at], reverse=True)
        before = len(self.out)
        for fault, at in [(fault, as_written(fault.at, self.kept)) for fault in last_first]:
            if not any(path and path == at[: len(path)] for path in self.out[before:]):  # else it went with another
                self._leave_out(fault)

    def _leave_out(self, fault: Fault) -> None:
        """Take a faulty part out, or put what is meant or needed in its place."""
        meant, near = MEANT.search(fault.text), _MEANT_VALUE.search(fault.text)
        if meant and self._rename(fault.at, meant[1]):
            return
        if near and self._replace(fault.at, near[1], near[2]):
            return
        if fault.at == ("sources",) and isinstance(self.settings.get("sources"), dict):
            self._fill(("sources", "registers"))
        elif fault.at == ("sources", "sales") and "price_date" in fault.text:
            head = self.settings.get("project")
            if isinstance(head, dict):
                head["price_date"] = head.get("as_of", NO_DAY)
                self.out.append(("project", "price_date"))
        else:
            self._take_out(fault.at, missing=MISSING in fault.text)

    def _take_out(self, at: TomlPath, *, missing: bool) -> None:
        """Take out what stands at a key; where it has to be there, fill it in or take its table out, too."""
        if not at:
            return
        table = as_written(at[:-1], self.kept)
        self.out.append((*table, at[-1]) if isinstance(at[-1], str) else as_written(at, self.kept))
        if missing or not self._delete(at):
            if at in _REQUIRED:
                self._fill(at)
            else:
                self._delete(at[:-1]) if at[:-1] not in _REQUIRED else self._fill(at[:-1])
                self.out.append(table)

    def _fill(self, at: TomlPath) -> None:
        """Put in what takes the place of something every project states."""
        self.out.append(at)
        table = self._table(at[:-1])
        if isinstance(table, dict):
            table[str(at[-1])] = deepcopy(_REQUIRED[at])

    def _rename(self, at: TomlPath, meant: str) -> bool:
        """Give a misspelt key its name, unless that stands there already."""
        new, done = (*at[:-1], meant), False
        for settings in (self.settings, self.whole):
            table = self._table(at[:-1], settings)
            if isinstance(table, dict) and at[-1] in table and meant not in table:
                table[meant] = table.pop(str(at[-1]))
                done = True
        if done:
            old = as_written(at, self.kept)
            for path in [path for path in self.lines if path[: len(old)] == old]:
                self.lines[(*as_written(new, self.kept), *path[len(old) :])] = self.lines[path]
        return done

    def _replace(self, at: TomlPath, given: str, meant: str) -> bool:
        """Put the value that is meant in the place of a misspelt one; return whether it stood there."""
        table, last = self._table(at[:-1]) if at else None, at[-1] if at else ""
        value = self._table(at)
        if str(value) != given or not isinstance(value, str | int):
            return False
        right: Stated = meant if isinstance(value, str) else int(meant)
        if isinstance(table, dict):
            table[str(last)] = right
        elif isinstance(table, list) and isinstance(last, int):
            table[last] = right
        return True

    def _delete(self, at: TomlPath) -> bool:
        """Delete what stands at a key; return whether something did."""
        if not at:
            return False
        table, last = self._table(at[:-1]), at[-1]
        if isinstance(table, dict) and last in table:
            del table[str(last)]
            return True
        if isinstance(table, list) and isinstance(last, int) and last < len(table):
            of = as_written(at[:-1], self.kept)
            self.kept.setdefault(of, list(range(len(table)))).pop(last)
            del table[last]
            return True
        return False

    def _table(self, at: TomlPath, settings: Stated | None = None) -> Stated | None:
        """Return the table or list at a path, ``None`` where there is none."""
        here: Stated | None = self.settings if settings is None else settings
        for part in at:
            if isinstance(here, dict):
                here = here.get(str(part))
            elif isinstance(here, list) and isinstance(part, int) and part < len(here):
                here = here[part]
            else:
                return None
        return here
