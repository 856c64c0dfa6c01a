"""Weights put into the project file: nothing else of it changes, and it is written whole or not at all."""

from __future__ import annotations

import tomllib
import warnings
from collections.abc import Mapping, MutableMapping
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from siteprior.core.arguments import mapping_of
from siteprior.core.errors import InputError, ProjectError
from siteprior.core.files import as_path, read_bytes, whole_file
from siteprior.core.renamed import RenamedWarning
from siteprior.pipeline.registered import load_project
from siteprior.project.gates_weights import weight_faults

TABLE = "weights"


def write_weights(project: Path | str, weights: Mapping[str, float]) -> Path:
    """Put weights into a project file: they become its ``[weights]``, and all else stays to the letter.

    Comments stay, those beside a weight too. The file is written whole or not at all, and only when the project loads
    with the new weights.

    Parameters
    ----------
    project
        The project file.
    weights
        Weight per criterion, in any unit; a criterion of the file that is not among them is taken out of its table.

    Returns
    -------
    Path
        The project file.

    Raises
    ------
    InputError
        When ``weights`` is no mapping, or one is negative, no number, or all are zero.
    ProjectError
        When the project does not load with these weights, or its weights are written in a way that cannot be changed
        by itself. The file is then as it was.
    OutputError
        When the file cannot be written.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> path = Path("mine.toml")
    >>> _ = path.write_text((shipped("data") / "demo.toml").read_text(encoding="utf-8"), encoding="utf-8")
    >>> _ = write_weights(path, {"corridor_access": 3, "deprivation": 1.5})
    >>> tomllib.loads(path.read_text(encoding="utf-8"))["weights"]
    {'corridor_access': 3, 'deprivation': 1.5}
    """
    path = as_path(project, name="project", what="a project file")
    given = mapping_of(weights, name="weights", of="criterion → weight")
    if faults := weight_faults(given, given):
        raise InputError(*(f"weights: {fault.text}" for fault in faults))
    if not path.is_file():
        raise InputError(
            f"{path}: there is no such project file; a path that begins at no root counts from the folder the command "
            "or the notebook's server was started in, so give the whole path"
        )
    numbers = {name: _plain(weight) for name, weight in given.items()}
    before = read_bytes(path)
    mark, text = _text(path, before)
    after = _changed(path, text, numbers)
    target = path.resolve()  # a link stays a link
    mode = target.stat().st_mode
    with whole_file(target) as temporary:
        temporary.write_bytes(mark + after.encode())
        _check(path, temporary)
    target.chmod(mode)
    return path


def _plain(weight: float) -> float:
    """Return a weight as one writes it: 3, not 3.0."""
    whole = isinstance(weight, float) and weight.is_integer()
    return int(weight) if whole else weight


def _text(path: Path, content: bytes) -> tuple[bytes, str]:
    """Return a project file's byte-order mark, if any, and its text."""
    mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    try:
        return mark, content.removeprefix(mark).decode()
    except UnicodeDecodeError as fault:
        raise ProjectError(f"{path}: is not UTF-8 text ({fault.reason}); save it as UTF-8") from None


def _changed(path: Path, text: str, weights: Mapping[str, float]) -> str:
    """Return the text of a project file with other weights, or refuse where more than they would change."""
    try:
        document = tomlkit.parse(text)
        table = document.get(TABLE)
        if isinstance(table, MutableMapping) and table:
            for name in [name for name in table if name not in weights]:
                del table[name]
            for name, weight in weights.items():
                table[name] = weight
            after = document.as_string()
        else:
            document.pop(TABLE, None)
            end = "\r\n" if "\r\n" in text else "\n"
            lines = "".join(f"{name} = {weight!r}{end}" for name, weight in weights.items())
            after = f"{document.as_string().rstrip()}{end}{end}[{TABLE}]{end}{lines}"
        expected = {**tomllib.loads(text), TABLE: dict(weights)}
        if tomllib.loads(after) == expected:
            return after
    except (TOMLKitError, tomllib.TOMLDecodeError, KeyError, AttributeError) as fault:
        reason = f" ({fault})"
    else:
        reason = ""
    stated = ", ".join(f"{name} = {weight!r}" for name, weight in weights.items())
    raise ProjectError(f"{path}: its weights cannot be changed by themselves{reason}; write under [{TABLE}]: {stated}")


def _check(path: Path, temporary: Path) -> None:
    """Load the project as it would be; what is wrong is stated of the file it is of."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RenamedWarning)  # of keys that stood there before
            load_project(temporary)
    except ProjectError as fault:
        raise ProjectError(*(each.replace(str(temporary), str(path)) for each in fault.faults)) from None
