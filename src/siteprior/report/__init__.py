"""A run's tables as a GeoPackage, CSV, maps, a report that opens offline, and executed notebooks; computes nothing."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
