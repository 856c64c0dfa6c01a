"""The project file: every key typed and checked when it is loaded; nothing here reads data."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
