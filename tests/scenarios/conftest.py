"""The network all tests of scenarios change."""

from factories.scenarios import own, placed, services, stops

__all__ = ["own", "placed", "services", "stops"]
