"""The main job and its kin: the one package that knows the order of the stages."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
