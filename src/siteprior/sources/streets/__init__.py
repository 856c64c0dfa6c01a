"""Streets from OpenStreetMap, graphs and line layers, read into a walking network."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
