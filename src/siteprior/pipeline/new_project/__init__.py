"""A project for any part of England: its file, what to fetch, and what the files of a folder are."""
