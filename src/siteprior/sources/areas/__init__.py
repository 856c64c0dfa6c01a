"""Small areas, council boundaries and deprivation."""
