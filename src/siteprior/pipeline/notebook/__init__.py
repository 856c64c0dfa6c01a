"""What the cells of the notebooks call: open a run, check parameters, show its tables and small charts."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
