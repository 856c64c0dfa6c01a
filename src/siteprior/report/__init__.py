"""A run's tables as a GeoPackage, CSV, maps, a report that opens offline, and executed notebooks; computes nothing."""
