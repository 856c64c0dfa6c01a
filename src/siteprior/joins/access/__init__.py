"""How far sites are from stops, and what the stops offer: walks, catchments, the access index."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
