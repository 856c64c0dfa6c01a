"""Brownfield registers and the user's own sites, in any form → :data:`siteprior.core.schema.REGISTER`."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
