"""Stops, their dated openings, and corridors."""
