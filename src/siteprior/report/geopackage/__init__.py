"""GeoPackages with metadata and QGIS styles, and rasters as cloud-optimised GeoTIFFs."""
