"""Layers of the user's own: area tables, vectors, rasters, as the project file describes them."""
