"""The residual appraisal: land value, viability gap and remediation, with ranges."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
