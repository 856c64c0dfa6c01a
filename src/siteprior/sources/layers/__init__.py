"""Layers of the user's own: area tables, vectors, rasters, as the project file describes them."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
