"""Where a site lies and how sure that is: coordinates, witnesses, shapes."""
