"""What to buy under a budget: the choice, what each constraint costs, and which sites are always in it."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
