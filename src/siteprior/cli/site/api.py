"""The pages of the Python names: the root and every namespace, as their stubs declare them."""

from __future__ import annotations

import inspect
from importlib import import_module
from types import ModuleType

from siteprior.cli.site.markdown import code, plain, table


def api_pages() -> dict[str, str]:
    """Return a page of all names, and a page for the root and each namespace with the docstrings, by place.

    Examples
    --------
    >>> "sp.read_registers" in api_pages()["reference/api.md"]
    True
    """
    spaces = namespaces()
    parts = [
        "# API\n",
        "`import siteprior as sp`. Verbs stand at the root, the rest in namespaces; `help(sp.score)` shows the same "
        "as these pages. What stands on none of them is not public.\n",
    ]
    for name, module in spaces.items():
        rows = [
            [f"`{_called(name)}.{each}`", plain(_first_line(inspect.getdoc(getattr(module, each))))]
            for each in _names(module)
        ]
        parts += [f"## [`{_called(name)}`](api/{_file(name)}.md)\n", table(["name", "what it does"], rows)]
    listed = "\n".join(f"api/{_file(name)}" for name in spaces)
    parts += [f"```{{toctree}}\n:hidden:\n\n{listed}\n```\n"]
    pages = {f"reference/api/{_file(name)}.md": _namespace_page(name, module) for name, module in spaces.items()}
    return {"reference/api.md": "\n".join(parts), **pages}


def namespaces() -> dict[str, ModuleType]:
    """Return the root and each namespace it declares, by dotted name below ``siteprior``.

    Examples
    --------
    >>> list(namespaces())[:2]
    ['', 'access']
    """
    root = import_module("siteprior")
    found: dict[str, ModuleType] = {"": root}
    for name in root.__all__:
        each = getattr(root, name)
        if isinstance(each, ModuleType):
            found[name] = each
    return found


def _names(module: ModuleType) -> list[str]:
    """Return the functions and classes of a namespace; of a plain module those that are its own."""
    if hasattr(module, "__all__"):
        return [name for name in module.__all__ if name in _code(module)]
    own = [name for name, found in vars(module).items() if getattr(found, "__module__", "") == module.__name__]
    return [name for name in own if not name.startswith("_") and name in _code(module)]


def _code(module: ModuleType) -> set[str]:
    """Return the names of a module's functions and classes, its own and others."""
    members = {name: getattr(module, name) for name in dir(module)}
    return {name for name, found in members.items() if inspect.isclass(found) or inspect.isroutine(found)}


def _called(name: str) -> str:
    return f"sp.{name}" if name else "sp"


def _file(name: str) -> str:
    return name.replace("_", "-") or "root"


def _first_line(docstring: str | None) -> str:
    return (docstring or "").split("\n\n")[0].replace("``", "")


def _namespace_page(name: str, module: ModuleType) -> str:
    """Write a namespace: a section for each name, whose docstring Sphinx puts in."""
    parts = [f"# {code(_called(name))}\n", f"{plain(_first_line(inspect.getdoc(module)))}\n"]
    for each in _names(module):
        kind = "autoclass" if inspect.isclass(getattr(module, each)) else "autofunction"
        path = f"{module.__name__}.{each}"
        parts += [f"## {code(each)}\n", f"```{{eval-rst}}\n.. {kind}:: {path}\n   :no-index-entry:\n```\n"]
    return "\n".join(parts)
