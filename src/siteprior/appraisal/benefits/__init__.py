"""What public money would buy: additional homes, land value uplift, jobs, the benefit-cost ratio."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
