"""The names of a package, each loaded when it is first used: the stub beside its ``__init__`` states them once.

``from .reader import read_registers as read`` in ``registers/__init__.pyi`` makes ``siteprior.registers.read``. Type
checkers and editors read the same stub. A function bears its full name in its module, where it is read without its
package; in its package it goes without the noun that the package says already.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lazy_loader


def attach_stub(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return ``__getattr__``, ``__dir__`` and ``__all__`` of a package from its stub.

    This is :func:`lazy_loader.attach_stub`, which in addition reads ``as`` and says which names there are.

    Parameters
    ----------
    package
        ``__name__`` of the package.
    file
        ``__file__`` of the package; the stub stands beside it.

    Examples
    --------
    >>> from siteprior import registers
    >>> registers.read.__name__
    'read_registers'
    """
    own_names = _own_names(Path(file).with_suffix(".pyi"))
    load, _, _ = lazy_loader.attach_stub(package, file)
    public = sorted(own_names)

    def resolve(name: str) -> Any:  # an attribute of a module is of any type
        if name not in own_names:
            from siteprior.core.errors import lacks  # here, for the face itself loads this module alone

            raise AttributeError(lacks(package, "name", name, public))
        space = vars(sys.modules[package])
        own = own_names[name]
        there = own in space
        value = load(own)
        if own not in public and not there:
            del space[own]  # lazy_loader keeps what it loads, and one thing has one name here
        space[name] = value
        return value

    return resolve, lambda: list(public), list(public)


def _own_names(stub: Path) -> dict[str, str]:
    """Return the names a stub states, each with the name that the thing bears in its module."""
    imports = [node for node in ast.parse(stub.read_text(encoding="utf-8")).body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name: alias.name for node in imports for alias in node.names}
