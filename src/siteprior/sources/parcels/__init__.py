"""Land parcels: HM Land Registry's INSPIRE index polygons, which council a file is of, and how many lie on a site."""
