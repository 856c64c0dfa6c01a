from .coordinates.postcodes import read_postcodes
from .coordinates.site_shapes import read_shapes, site_shapes
from .decisions import apply_decisions, decision_columns, read_decisions
from .matching.find_duplicates import find_duplicates
from .matching.history import register_history as history
from .matching.merge import merge_duplicates
from .matching.merge_shapes import merge_shapes
from .matching.opportunities import find_opportunities
from .matching.versions import vintages_of
from .own_sites import read_own_sites, read_own_sites_with_shapes
from .plain_header import plain_columns
from .reader import read_registers as read
from .site_facts import read_site_facts, state_facts

__all__ = [
    "apply_decisions",
    "decision_columns",
    "find_duplicates",
    "find_opportunities",
    "history",
    "merge_duplicates",
    "merge_shapes",
    "plain_columns",
    "read",
    "read_decisions",
    "read_own_sites",
    "read_own_sites_with_shapes",
    "read_postcodes",
    "read_shapes",
    "read_site_facts",
    "site_shapes",
    "state_facts",
    "vintages_of",
]
