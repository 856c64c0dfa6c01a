"""Joins: each adds declared columns to the sites, and never adds, drops or reorders a site."""
