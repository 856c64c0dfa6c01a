"""Streets from OpenStreetMap, graphs and line layers, read into a walking network."""
