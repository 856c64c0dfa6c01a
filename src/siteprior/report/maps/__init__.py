"""Maps and strip maps as PNG."""
