"""What the evidence says of one site: how many homes it holds, and whether a market failure keeps it back."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
