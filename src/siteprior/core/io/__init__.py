"""Files as text tables and shapes, and texts as numbers and dates."""
