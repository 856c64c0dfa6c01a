from .corridor_sites import corridor_sites as sites
from .corridor_summary import corridor_rankings as rankings
from .corridor_summary import corridor_summary as summary
from .corridor_walks import join_corridors as join

__all__ = [
    "join",
    "rankings",
    "sites",
    "summary",
]
