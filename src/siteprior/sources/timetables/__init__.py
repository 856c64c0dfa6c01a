"""Timetables (GTFS): departures per stop, route and hour of a day, and corridors drawn from them."""

from siteprior.core.lazy import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
