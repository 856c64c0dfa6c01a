"""Two runs side by side: what changed and why, what became of the sites, and who benefits."""
