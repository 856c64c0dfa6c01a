from . import errors, files, io, issues, parameters, progress, schema

__all__ = [
    "errors",
    "files",
    "io",
    "issues",
    "parameters",
    "progress",
    "schema",
]
