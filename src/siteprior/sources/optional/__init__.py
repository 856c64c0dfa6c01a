"""Sources a project may do without, which nothing else is read with: one module each, found by listing this folder.

A module registers its source with :func:`siteprior.sources.registry.source`; nothing else is edited to add one. All are
loaded in the order of their names, also where one is imported by hand.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
