"""What if a stop opens, closes or is added, or a service is cut: the changed transit supply and its effects."""
