from .coordinates.postcodes import read_postcodes
from .coordinates.site_shapes import read_shapes, site_shapes
from .matching.find_duplicates import find_duplicates
from .matching.history import register_history as history
from .matching.merge import merge_duplicates
from .matching.versions import vintages_of
from .own_sites import read_own_sites
from .reader import read_registers as read

__all__ = [
    "find_duplicates",
    "history",
    "merge_duplicates",
    "read",
    "read_own_sites",
    "read_postcodes",
    "read_shapes",
    "site_shapes",
    "vintages_of",
]
