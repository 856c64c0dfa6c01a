"""Sources: one package per published dataset, from the publisher's file to a declared table, issues and provenance."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
