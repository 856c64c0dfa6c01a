"""Gates first, preferences after: who may be ranked, on which criteria, with what score, and how firm the rank is."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
