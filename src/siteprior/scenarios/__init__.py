"""What if a stop opens, closes or is added, or a service is cut: the changed transit supply and its effects."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
