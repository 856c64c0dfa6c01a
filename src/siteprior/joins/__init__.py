"""Joins: each adds declared columns to the sites, and never adds, drops or reorders a site."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
