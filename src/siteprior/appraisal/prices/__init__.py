"""What homes would fetch: a price surface fitted to sales and tried out on land it has not seen."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
