"""The parameters of a notebook: those its tagged cell assigns, and the cell that sets them for one run."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from siteprior.core.errors import InputError, unknown

if TYPE_CHECKING:
    from nbformat import NotebookNode

PARAMETERS = "parameters"
"""The tag of the cell that assigns the parameters their defaults."""

INJECTED = "injected-parameters"
"""Tag and id of the cell that sets them for one run."""


_UNREADABLE = (json.JSONDecodeError, UnicodeDecodeError, TypeError, AttributeError, OSError)
"""What reading raises of a file that is no notebook, or of one whose parts are of a wrong kind."""


def prepared(source: Path | str, parameters: Mapping[str, Any]) -> NotebookNode:
    """Return a notebook with its parameters set; errors as :func:`siteprior.report.notebooks.run.execute_notebook`."""
    notebook = _read(Path(source))
    _inject(notebook, parameters, Path(source).name)
    return notebook


def notebook_parameters(source: Path | str) -> dict[str, Any]:
    """Return the parameters a notebook has with their defaults (``None`` where the default is computed).

    Raises
    ------
    InputError
        When the file is not a notebook.
    """
    cell = _parameter_cell(_read(Path(source)))
    return {} if cell is None else _assigned(cell["source"], Path(source).name)


def _read(source: Path) -> NotebookNode:
    """Read a notebook of format 4 and number its cells, so that their ids are the same each time."""
    import nbformat

    try:
        data = json.loads(source.read_text(encoding="utf-8"))
        if not isinstance(data, dict) or data.get("nbformat") != 4:
            raise InputError(f"{source}: cannot be read as a notebook (not of format 4); save it anew in JupyterLab")
        # Ids came with format 4.5; older notebooks get them here rather than a warning from nbformat.
        data["nbformat_minor"] = max(data.get("nbformat_minor", 0), 5)
        for place, cell in enumerate(data.get("cells", [])):
            cell["id"] = f"cell-{place}"
        notebook: NotebookNode = nbformat.reads(json.dumps(data), as_version=4)
    except FileNotFoundError:
        raise InputError(f"{source}: there is no such notebook") from None
    except (*_UNREADABLE, nbformat.ValidationError) as fault:
        raise InputError(f"{source}: cannot be read as a notebook ({_short(fault)})") from None
    return notebook


def _parameter_cell(notebook: NotebookNode) -> NotebookNode | None:
    tagged: list[NotebookNode] = [cell for cell in notebook.cells if PARAMETERS in cell.metadata.get("tags", [])]
    return tagged[0] if tagged else None


def _assigned(code: str, name: str) -> dict[str, Any]:
    """Return the names a cell assigns, with values where they are literals."""
    try:
        tree = ast.parse(code)
    except SyntaxError as fault:
        raise InputError(f"{name}: the parameters cell is not valid Python ({fault.msg})") from None
    found: dict[str, Any] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name):
                try:
                    found[target.id] = ast.literal_eval(value) if value is not None else None
                except (ValueError, TypeError):  # computed
                    found[target.id] = None
    return found


def _inject(notebook: NotebookNode, parameters: Mapping[str, Any], name: str) -> None:
    """Put a cell that sets the parameters after the one that holds their defaults."""
    import nbformat

    if not parameters:
        return
    cell = _parameter_cell(notebook)
    known = {} if cell is None else _assigned(cell["source"], name)
    faults = [unknown("parameter", given, known, where=name) for given in parameters if given not in known]
    values = {key: value.as_posix() if isinstance(value, PurePath) else value for key, value in parameters.items()}
    types = {} if cell is None else _stated_types(cell["source"])
    of_another = {key for key, value in values.items() if key in types and not _is_of(value, types[key])}
    faults += [
        f"{name}: parameter '{key}': needs {' or '.join(types[key])}, got {value!r}"
        for key, value in values.items()
        if key in of_another
    ]
    faults += [
        f"{name}: parameter '{key}': {value!r} cannot be written into a notebook; give text, a number, yes or no, "
        "or lists of them"
        for key, value in values.items()
        if key not in of_another and not _is_literal(value)
    ]
    if faults:
        raise InputError(*faults)
    code = "\n".join(f"{key} = {value!r}" for key, value in values.items())
    injected = nbformat.v4.new_code_cell(code, metadata={"tags": [INJECTED]}, id=INJECTED)
    notebook.cells.insert(notebook.cells.index(cell) + 1, injected)


_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "str": str, "int": int, "float": (int, float), "bool": bool, "list": list, "dict": dict, "None": type(None),
}  # fmt: skip
"""The types a parameter may state, by name."""


def _stated_types(code: str) -> dict[str, list[str]]:
    """Return the types that parameters state (``top: int = 10``), by name; those that state none are not in it."""
    stated = {
        node.target.id: [name.strip() for name in ast.unparse(node.annotation).split("|")]
        for node in ast.parse(code).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    return {name: types for name, types in stated.items() if set(types) <= set(_TYPES)}


def _is_of(value: object, types: list[str]) -> bool:
    """Return whether a value is of one of the types; yes and no are no numbers."""
    if isinstance(value, bool):
        return "bool" in types
    return any(isinstance(value, _TYPES[name]) for name in types)


def _is_literal(value: object) -> bool:
    """Return whether a value written as Python text reads back as itself."""
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, TypeError, SyntaxError):
        return False


def _short(fault: BaseException) -> str:
    """Return the first line of what an error says."""
    return str(fault).strip().partition("\n")[0] or type(fault).__name__
