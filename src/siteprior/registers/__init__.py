"""Brownfield registers and the user's own sites, in any form → :data:`siteprior.core.schema.REGISTER`."""
