"""Published evidence siteprior knows by name: one module each, found by listing this folder.

A module registers its layer with :func:`siteprior.sources.registry.evidence`; nothing else is edited to add one.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module


def discover() -> None:
    """Load every module of this folder, so that each registers what it holds."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
