"""Charts of a ranking and of a programme, for those who decide: PNG from plain tables."""
