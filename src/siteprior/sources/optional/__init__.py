"""Sources a project may do without, which nothing else is read with: one module each, found by listing this folder.

A module registers its source with :func:`siteprior.sources.registry.source`; nothing else is edited to add one. The
registry comes first: it loads all of them in the order of their names, also where one is imported by hand.
"""

import siteprior.sources.registry  # noqa: F401
