"""What all packages rest on: errors, issue log, files, parameters, random streams; no domain beyond columns and CRS."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
