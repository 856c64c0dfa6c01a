"""The corridor each site lies in reach of: walks to its stops, place along it, summaries."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
