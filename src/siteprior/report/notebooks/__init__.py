"""Notebooks, executed on a run's folder and written as pages."""
