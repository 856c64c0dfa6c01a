"""siteprior: rank brownfield sites for acquisition along public-transport corridors, and say why and how sure.

A dozen verbs stand here; everything else is in namespaces (``siteprior.registers``, ``siteprior.access``, …). The stub
``__init__.pyi`` beside this file lists both. Each is loaded when first used, so that ``import siteprior`` is light.
"""

from __future__ import annotations

from typing import Any

from siteprior.core.lazy import attach_stub

__version__ = "0.1.0"

_resolve, __dir__, _names = attach_stub(__name__, __file__)
__all__ = sorted([*_names, "__version__"])


def __getattr__(name: str) -> Any:  # an attribute of a module is of any type
    """Load a name when it is first asked for; those of the last release are resolved for one more, with a warning."""
    if name.startswith("_") or (name in _names and name not in ("access", "viability")):
        return _resolve(name)
    from siteprior.pipeline.old_names import old_function, still_callable

    return still_callable(name, _resolve(name)) if name in _names else old_function(name) or _resolve(name)
