"""The project file: every key typed and checked when it is loaded; nothing here reads data."""
