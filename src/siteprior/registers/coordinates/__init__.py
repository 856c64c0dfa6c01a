"""Where a site lies and how sure that is: coordinates, cross-checks, shapes."""
