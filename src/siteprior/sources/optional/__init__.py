"""Sources a project may do without, which nothing else is read with: one module each, found by listing this folder.

A module registers its source with :func:`siteprior.sources.registry.source`; nothing else is edited to add one.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module


def discover() -> None:
    """Load every module of this folder, so that each registers what it holds."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
