"""The live panel: weights that are moved, and the map and list that follow."""
