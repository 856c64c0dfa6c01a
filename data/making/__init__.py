"""What ``make_sample.py`` is made of: one module per kind of file, each with the random numbers of its own."""
