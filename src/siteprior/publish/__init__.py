"""Publishing: the run's tables as a GeoPackage, CSV, a map, a report that opens offline, and executed notebooks."""
