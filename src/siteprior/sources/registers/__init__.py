"""Brownfield registers and the user's own sites: whatever form they come in → :data:`siteprior.schema.REGISTER`."""
