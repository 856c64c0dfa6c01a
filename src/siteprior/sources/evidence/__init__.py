"""Published evidence siteprior knows by name: one module each, found by listing this folder.

A module registers its layer with :func:`siteprior.sources.registry.evidence`; nothing else is edited to add one. All
are loaded in the order of their names, after the optional sources, also where one is imported by hand.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

import siteprior.sources.optional  # noqa: F401

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
