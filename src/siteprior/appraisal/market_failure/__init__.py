"""The signals of market failure, their evidence, and the verdict.

The modules of evidence (``evidence_*``) register the signals and their readings when they are imported. They are found
by listing this folder, by name, so that the order of signals and readings is the same whichever is asked for first.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from siteprior.core.lazy import attach_stub

for _name in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    if _name.startswith("evidence_"):
        import_module(f"{__name__}.{_name}")

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
