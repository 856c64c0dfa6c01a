"""Published evidence siteprior knows by name: one module each, found by listing this folder.

A module registers its layer with :func:`siteprior.sources.registry.evidence`; nothing else is edited to add one. The
registry comes first: it loads all of them in the order of their names, also where one is imported by hand.
"""

import siteprior.sources.registry  # noqa: F401
